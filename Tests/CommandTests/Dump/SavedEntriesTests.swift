import Foundation
import TestSupport
import Testing

/// `-o save`, as conntrack(8) prints it and reads it.
@Suite(.needsRoot, .needsTool("conntrack"), .needsTool("nft"))
struct SavedEntriesTests {
    /// Without the timeout.
    private static func lasting(_ line: String) -> String { line.replacing(#/ -t [0-9]+/#, with: "") }

    @Test("-o save prints what conntrack -L -o save prints, of every kind of entry")
    func save() throws {
        try LiveTable.inside(crowd: 200) { table in
            let count = try table.expectAlike(["-o", "save"], ["-o", "save"], by: Self.lasting)
            #expect(count > 230)
            #expect(
                try table.expectAlike(["-o", "SAVE", "-f", "ipv6"], ["-o", "SAVE", "-f", "ipv6"], by: Self.lasting) > 40
            )
            let alone = try table.dump(["-o", "save", "--label", "one"])
            #expect(alone.status == 0 && alone.output.hasPrefix("-A -t "))
        }
    }

    @Test("conntrack --load-file makes the same entries of it")
    func load() throws {
        try LiveTable.inside(crowd: 100, timestamps: false) { table in
            // Kernels from 6.16 on have no state of DCCP, which conntrack(8) wants; and only a helper can expect an entry.
            let saved = try table.dump(["-o", "save", "-p", "!dccp", "-u", "!EXPECTED"])
            let lines = saved.output.split(separator: "\n").map { Self.lasting(String($0)) }
            let loaded = try Program.shell(
                #"""
                unshare --net bash -c 'conntrack --load-file <(printf "%s" "$0") && conntrack -L -o save' "$0"
                """#, [saved.output])
            #expect(loaded.status == 0, "\(loaded.complaint)")
            let again = loaded.output.split(separator: "\n").map { Self.lasting(String($0)) }
            #expect(again.sorted() == lines.sorted() && lines.count > 100)
        }
    }

    @Test("Events are commands that make, change and delete an entry, as with conntrack -E -o save")
    func events() throws {
        try inFreshNamespace {
            try Tool.run("sysctl -w net.netfilter.nf_conntrack_events=1")
            let outcome = try Program.shell(
                #"""
                d=$(mktemp -d); trap 'rm -r "$d"' EXIT
                stdbuf -oL conntrack -E -o save >"$d/theirs" 2>/dev/null & theirs=$!
                "$0" events -o save --count 3 --for 20s >"$d/ours" 2>/dev/null & ours=$!
                for wait in $(seq 100); do
                    [ "$(grep -c ' 12 ' /proc/net/netlink)" -ge 2 ] && break; sleep 0.1
                done
                sleep 0.5
                conntrack -I -p tcp -s 10.0.0.1 -d 10.0.0.2 --sport 1 --dport 80 --state SYN_SENT -t 100 >/dev/null
                conntrack -U -p tcp -s 10.0.0.1 -d 10.0.0.2 -m 5 >/dev/null
                conntrack -D -p tcp -s 10.0.0.1 -d 10.0.0.2 >/dev/null
                wait $ours
                sleep 0.3
                kill $theirs
                cat "$d/ours"; echo ---; cat "$d/theirs"
                """#, [Program.path])
            let halves = outcome.output.components(separatedBy: "---\n")
            try #require(halves.count == 2)
            func lines(_ text: String) -> [String] {
                text.split(separator: "\n").map { String($0).replacing(#/ progname=.*/#, with: "") }
            }
            #expect(lines(halves[0]) == lines(halves[1]))
            #expect(lines(halves[0]).map { $0.prefix(2) } == ["-A", "-U", "-D"])
        }
    }
}
