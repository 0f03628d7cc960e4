import Foundation
import TestSupport
import Testing

/// `dump` used correctly and incorrectly, regardless of the content of its lines.
@Suite(.needsRoot, .needsTool("conntrack"), .needsTool("nft"))
struct DumpUsageTests {
    @Test("The count equals conntrack's, and the number of lines that pass a filter")
    func count() throws {
        try LiveTable.inside(crowd: 100) { table in
            let theirs = try Tool.run("conntrack -C")
            #expect(try table.dump(["--count"]).output == theirs)
            for words in [["-p", "tcp"], ["-f", "ipv6", "--unreplied"], ["-m", "!0"], ["-p", "tcp", "-p", "!tcp"]] {
                let lines = try table.lines([Program.path, "dump", "--json"] + words)
                #expect(try table.dump(["--count"] + words).output == "\(lines.count)\n", "\(words)")
            }
            #expect(try table.dump(["expect", "--count"]).output == "10\n")
        }
    }

    @Test("Protocols that only /etc/protocols names are known, and a family that nothing can have is an error")
    func namesAndFamilies() throws {
        try inFreshNamespace {
            for (name, number) in [("ospf", "89"), ("OSPFIGP", "89"), ("!igmp", "not 2"), ("ipv6-icmp", "icmpv6")] {
                let outcome = try Program.run(["dump", "--explain-filter", "-p", name])
                #expect(outcome.output.contains("protocol \(number)"), "\(outcome)")
                #expect(try Program.shell("conntrack -L -p $0", [name.replacing("!", with: "")]).status == 0)
            }
            let mixed = ["-s", "::1", "-d", "2.2.2.2"]
            let ours = try Program.run(["dump"] + mixed)
            #expect(try Program.shell("conntrack -L $0 $1 $2 $3", mixed).status != 0 && ours.status == 64)
            #expect(ours.complaint.contains("--src: --dst is of the other family: no entry has both"))
        }
    }

    @Test("The most frequent values match conntrack's lines")
    func top() throws {
        try LiveTable.inside(crowd: 100) { table in
            let lines = try table.entries()
            let subjects: [(String, (ConntrackLine) -> String)] = [
                ("src", { $0.original["src"] ?? "-" }), ("dst", { $0.original["dst"] ?? "-" }),
                ("state", { "\(Self.name($0))/\($0.state ?? "-")" }), ("dport", Self.port), ("zone", Self.zone),
            ]
            for (subject, value) in subjects {
                let expected = Dictionary(lines.map { (value($0), 1) }, uniquingKeysWith: +)
                let sorted = expected.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
                let outcome = try table.dump(["--top", subject.uppercased(), "3"])
                let rows = outcome.output.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
                #expect(rows.first == ["ENTRIES", "SHARE", subject.uppercased()])
                let told = rows.dropFirst().prefix(3).map { [$0[0], $0[2]] }
                #expect(Array(told) == sorted.prefix(3).map { ["\($0.value)", $0.key] }, "\(subject)")
                let others = lines.count - sorted.prefix(3).reduce(0) { $0 + $1.value }
                let rest = "\(others) of them have \(sorted.count - 3) other value\(sorted.count == 4 ? "" : "s")."
                #expect(outcome.output.hasSuffix("\(lines.count) entries; \(rest)\n"), "\(subject)")
            }
        }
    }

    /// Protocols without a name in conntrack have one here, or are printed as a number.
    private static func name(_ line: ConntrackLine) -> String {
        line.protocol == "unknown" ? ["50": "esp", "89": "ospf"][line.number] ?? line.number : line.protocol
    }

    private static func port(_ line: ConntrackLine) -> String {
        let key = line.original["dstkey"].flatMap { UInt16($0.dropFirst(2), radix: 16) }
        let port = line.original["dport"].flatMap { UInt16($0) }
        // The kernel no longer sends ports for DCCP; conntrack shows 0.
        let shown = line.protocol == "dccp" ? nil : key ?? port
        return "\(name(line))/\(shown.map { "\($0)" } ?? "-")"
    }

    private static func zone(_ line: ConntrackLine) -> String {
        if let zone = line.rest["zone-orig"] { return "original=\(zone)" }
        if let zone = line.rest["zone-reply"] { return "reply=\(zone)" }
        return line.rest["zone"] ?? "0"
    }

    @Test("--on-interrupt repeat changes nothing when the dump is not interrupted")
    func onInterrupt() throws {
        try LiveTable.inside(crowd: 50) { table in
            for format in ["table", "json"] {
                let keys: (Program.Outcome) -> [Substring] = { outcome in
                    // Without the numbers that change over time.
                    outcome.output.split(separator: "\n").map { $0.prefix(60) }
                }
                let once = try table.dump(["--format", format])
                let kept = try table.dump(["--format", format, "--on-interrupt", "repeat"])
                #expect(once.status == 0 && kept.status == 0)
                #expect(keys(once).sorted() == keys(kept).sorted() && keys(once).count > 80)
            }
        }
    }

    @Test("What keeps the output never has a name, so that nothing is left of it however the program ends")
    func keptWithoutName() throws {
        // Here, as tmpfs has such files everywhere.
        let folder = "/dev/shm/ct-inspect-tests-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        // A name that comes and goes changes it.
        let before = Date(timeIntervalSince1970: 1_000_000_000)
        try FileManager.default.setAttributes([.modificationDate: before], ofItemAtPath: folder)
        try inFreshNamespace {
            let outcome = try Program.run(
                ["dump", "--json", "--on-interrupt", "repeat"], environment: ["TMPDIR": folder])
            #expect(outcome.status == 0)
        }
        #expect(try FileManager.default.attributesOfItem(atPath: folder)[.modificationDate] as? Date == before)
    }

    @Test("Where the output cannot be buffered, --on-interrupt repeat is refused with the reason")
    func nothingCanBeKept() throws {
        try inFreshNamespace {
            let outcome = try Program.run(
                ["dump", "--on-interrupt", "repeat"], environment: ["TMPDIR": "/nonexistent"])
            #expect(outcome.status == 74)
            #expect(outcome.output.isEmpty)
            #expect(outcome.complaint.contains("cannot write into /nonexistent"))
            #expect(outcome.complaint.contains("set TMPDIR"))
        }
    }

    @Test(
        "Wrong usage exits with 64 and explains the error",
        arguments: [
            (["nosuch"], "there is no table “nosuch”; expected conntrack, expect, dying or unconfirmed"),
            (["-i", "5"], "Unknown option '-i'"), (["-e", "NEW"], "Unknown option '-e'"),
            (["--any-nat", "--offload"], "--any-nat"), (["-o", "id"], "--format conntrack"),
            (
                ["--format", "conntrack", "-o", "xml"],
                "-o: “xml” is invalid; expected extended, id, labels, ktimestamp, save"
            ),
            (
                ["--format", "conntrack", "-o", "id,timestamp"],
                "“timestamp” is invalid; expected extended, id, labels, ktimestamp, save"
            ),
            (["--format", "conntrack", "-o", "id,"], "-o: “” is invalid; expected"),
            (["-o", "save,id"], "-o save cannot have other words"), (["-o", "save", "--json"], "-o save and JSON"),
            (["expect", "-o", "save"], "-o save is for entries"),
            (["--get"], "--get needs --protocol"), (["--get", "-p", "tcp"], "--get needs --src and --dst"),
            (["--get", "-p", "tcp,udp", "-s", "::1", "-d", "::2"], "--protocol: --get takes one value"),
            (["--get", "-p", "tcp", "-s", "10.0.0.1", "-d", "10.0.0.2"], "--get of tcp needs --sport and --dport"),
            (["--get", "-p", "gre", "-r", "::1", "-q", "::2"], "--get of gre needs --reply-sport and --reply-dport"),
            (["--get", "-p", "icmp", "-s", "10.0.0.1", "-d", "10.0.0.2"], "--get of icmp needs --icmp-type"),
            (
                ["--get", "-p", "esp", "-s", "10.0.0.0/8", "-d", "10.0.0.2"],
                "--src: --get takes one address, not 10.0.0.0/8"
            ),
            (["--get", "-p", "esp", "-s", "!10.0.0.1", "-d", "10.0.0.2"], "--src: --get takes one value"),
            (["--get", "-p", "esp", "-s", "::1", "-d", "::2", "--assured"], "--get takes what identifies an entry"),
            (["--get", "-p", "esp", "-s", "::1", "-d", "::2", "-r", "::2"], "--get takes what identifies an entry"),
            (["--get", "-p", "esp", "-s", "::1", "-d", "::2", "-f", "ipv4"], "--family is not that of the addresses"),
            (["--get", "-p", "esp", "-s", "::1", "-d", "::2", "--count"], "--get prints an entry"),
            (["dying", "--get", "-p", "esp", "-s", "::1", "-d", "::2"], "--get is for the table conntrack"),
            (
                ["--get", "-p", "tcp", "-s", "::1", "-d", "::2", "--sport", "1-2", "--dport", "3"],
                "--sport: --get takes one number, not 1-2"
            ),
            (["--format", "conntrack", "--json"], "--json"),
            (["--format", "xml"], "xml"), (["--count", "--top", "src"], "--count"),
            (["--any-nat", "--src-nat"], "--any-nat: --src-nat and --dst-nat say more: give it alone"),
            (["--top", "source"], "“source” is invalid; expected src, src-dst, dst, dport, reply-src, state, zone"),
            (["--top", "src", "0"], "--top src may be followed by one number"),
            (["--top", "src", "x"], "--top src may be followed by one number"),
            (["--top", "src", "3", "4"], "--top src may be followed by one number"), (["--top"], "--top"),
            (["expect", "--mark", "1"], "the other filters apply to entries"),
            (["expect", "--filter", "proto=tcp"], "the other filters apply to entries"),
            (["expect", "--explain-filter"], "does not filter expectations"), (["expect", "--top", "src"], "--top"),
            (["--on-interrupt", "ignore"], "ignore"), (["--netns", "lb", "--capture", "/tmp"], "--netns"),
        ])
    func usage(_ words: [String], _ says: String) throws {
        let outcome = try Program.run(["dump"] + words)
        #expect(outcome.status == 64)
        #expect(outcome.complaint.contains(says), "\(outcome.complaint)")
        #expect(outcome.output.isEmpty)
    }

    @Test(
        "Without privileges it exits with 77 and suggests the next step", arguments: ["conntrack", "expect", "dying"])
    func forbidden(_ table: String) throws {
        let outcome = try Program.shell(
            #"setpriv --inh-caps=-all --bounding-set=-all "$0" dump "$1""#, [Program.path, table])
        #expect(outcome.status == 77)
        #expect(outcome.complaint.contains("run with sudo"))
        #expect(outcome.output.isEmpty)
    }

    @Test("An empty table prints nothing, and no error; standard error says why")
    func empty() throws {
        try inFreshNamespace {
            for (words, output) in [
                (["--json"], ""), (["--format", "conntrack"], ""), (["--count"], "0\n"),
                (["--top", "src"], "0 entries.\n"), (["expect"], "No expectations.\n"), (["expect", "--json"], ""),
            ] {
                let outcome = try Program.run(["dump"] + words)
                #expect(outcome.status == 0 && outcome.output == output, "\(words)")
                #expect(outcome.complaint.isEmpty == (words.first == "expect"), "\(words)")
            }
        }
    }

    @Test(
        "A closed pipe is not an error, and a full disk exits with 74",
        arguments: [[], ["--json"], ["--format", "conntrack"], ["--on-interrupt", "repeat"]])
    func output(_ words: [String]) throws {
        try LiveTable.inside(crowd: 100) { table in
            let piped = try table.run(
                ["bash", "-c", #""$0" dump "$@" | head -n 1 >/dev/null; echo "${PIPESTATUS[0]}""#, Program.path]
                    + words)
            #expect(piped.complaint.isEmpty)
            #expect(["0\n", "141\n"].contains(piped.output))
            let full = try table.run(["bash", "-c", #""$0" dump "$@" >/dev/full"#, Program.path] + words)
            #expect(full.status == 74)
            #expect(full.complaint.contains("cannot write the output"))
        }
    }

    @Test("--explain-filter shows where each part of a filter runs, in the words of the options")
    func explanation() throws {
        try inFreshNamespace {
            let nothing = try Program.run(["dump", "--explain-filter"])
            #expect(nothing.output == "no filter: every entry is sent and shown\n")
            for (words, line) in [
                (["-f", "ipv4", "-d", "10.0.0.1"], "in the kernel: destination 10.0.0.1"),
                (["-d", "10.0.0.0/8"], "here: destination 10.0.0.0/8: the kernel compares whole addresses"),
                (["--dport", "!22"], "here: destination port not 22: the kernel cannot negate this"),
                (["--state", "SYN_SENT"], "here: state SYN_SENT: the kernel compares no states"),
                (["--icmp-type", "8"], "here: ICMP type 8: done here"),
                (["-d", "::1"], "here: destination ::1: the kernel's own test of IPv6 addresses is inverted"),
                (["-f", "ipv4", "-d", "::1"], "here: the whole filter: no entry can match it"),
                (["dying", "-m", "7"], "here: the whole filter: the kernel cannot filter this list"),
            ] {
                let outcome = try Program.run(["dump", "--explain-filter"] + words)
                #expect(outcome.status == 0)
                #expect(outcome.output.contains(line), "\(outcome.output)")
            }
        }
    }
}
