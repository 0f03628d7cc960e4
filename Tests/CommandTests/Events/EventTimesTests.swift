import Foundation
import TestSupport
import Testing

/// When events were, according to `-o timestamp` and to `--json`.
@Suite(.needsRoot, .needsTool("conntrack"))
struct EventTimesTests {
    @Test("-o timestamp is when a line was received, as conntrack -E has it, and not when the kernel made the event")
    func received() throws {
        try inFreshNamespace {
            try Tool.run("sysctl -w net.netfilter.nf_conntrack_events=1")
            try Tool.run("sysctl -w net.netfilter.nf_conntrack_timestamp=1")
            let outcome = try Program.shell(
                #"""
                d=$(mktemp -d); trap 'rm -r "$d"' EXIT
                stdbuf -oL conntrack -E -o timestamp >"$d/theirs" 2>/dev/null & theirs=$!
                "$0" events --format conntrack -o timestamp --count 1 --for 20s >"$d/ours" 2>/dev/null & ours=$!
                for wait in $(seq 100); do
                    [ "$(grep -c ' 12 ' /proc/net/netlink)" -ge 2 ] && break; sleep 0.1
                done
                sleep 0.5
                kill -STOP $ours $theirs
                date +%s.%N
                conntrack -I -p udp -s 10.0.0.1 -d 10.0.0.2 --sport 1 --dport 53 -t 100 >/dev/null
                sleep 1.5
                kill -CONT $ours $theirs
                wait $ours
                sleep 0.3
                kill $theirs
                cat "$d/ours" "$d/theirs"
                """#, [Program.path])
            let lines = outcome.output.split(separator: "\n")
            try #require(lines.count == 3)
            let made = try #require(Double(lines[0]))
            for line in lines.dropFirst() {
                let time = try #require(Double(line.dropFirst().prefix { $0 != "]" }))
                #expect(time - made > 1.4 && time - made < 15, "\(line)")
            }
        }
    }
}
