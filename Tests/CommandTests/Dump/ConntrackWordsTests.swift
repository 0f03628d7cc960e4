import TestSupport
import Testing

/// Words that conntrack(8) has too, given to both: masks, addresses after NAT, and one entry alone.
@Suite(.needsRoot, .needsTool("conntrack"), .needsTool("nft"))
struct ConntrackWordsTests {
    @Test(
        "Masks choose the bits of addresses that are compared, as in conntrack(8)",
        arguments: [
            ["-s", "10.0.0.5", "--mask-src", "255.0.255.0"], ["-s", "10.0.1.9", "--mask-src", "0.0.255.0"],
            ["-d", "10.7.0.2", "--mask-dst", "255.0.0.3"], ["-s", "10.9.9.9", "--mask-src", "255.0.0.0"],
            ["-s", "192.168.0.1", "--mask-src", "255.255.0.255", "-d", "172.16.9.1", "--mask-dst", "255.255.0.1"],
            ["-d", "2001:db8:7::30", "--mask-dst", "ffff:ffff::f0"], ["-s", "2001::", "--mask-src", "ffff::"],
            ["-s", "2001:db8::1", "--mask-src", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"],
        ])
    func masks(_ words: [String]) throws {
        try LiveTable.inside(crowd: 200, timestamps: false) { table in
            let count = try table.expectAlike(["-o", "extended,id"] + words, ["-o", "id"] + words)
            #expect(count > 0)
        }
    }

    @Test("Addresses after --src-nat, --dst-nat and --any-nat choose by what a connection was translated to")
    func translations() throws {
        try LiveTable.inside(crowd: 300, timestamps: false) { table in
            for words in [
                ["--dst-nat", "10.0.0.3"], ["-g", "10.0.0.3:8080"], ["-n", "10.0.0.33"], ["-j", "10.0.0.33"],
                ["--any-nat", "10.0.0.3"], ["--any-nat", "10.0.0.3:8080"], ["--dst-nat", "10.99.0.2"],
                ["--src-nat", "10.98.0.1"], ["--src-nat", "10.98.0.1", "-p", "tcp"], ["-j", "10.99.0.1"],
                ["-p", "tcp", "-g", "10.99.0.1"], ["-n"], ["--dst-nat"], ["-j"],
            ] {
                let count = try table.expectAlike(["-o", "extended,id"] + words, ["-o", "id"] + words)
                #expect(count > 0, "\(words)")
            }
            #expect(try table.expectAlike(["-o", "id", "-g", "10.0.0.4"], ["-o", "id", "-g", "10.0.0.4"]) == 0)
            let lines = try table.lines([Program.path, "dump", "conntrack", "--json", "--dst-nat"]).count
            for words in [["--dst-nat", "conntrack"], ["conntrack", "-g"], ["--dst-nat", "0.0.0.0/0", "conntrack"]] {
                #expect(try table.dump(words + ["--count"]).output == "\(lines)\n", "\(words)")
            }
        }
    }

    @Test("--get prints the entry that conntrack -G prints, whatever its protocol")
    func one() throws {
        try LiveTable.inside(timestamps: false) { table in
            var count = 0
            for entry in try table.entries() where !Self.isInZone(entry) && entry.protocol != "dccp" {
                let words = Self.identity(of: entry)
                let ours = try table.lines([Program.path, "dump", "--get", "--format", "conntrack"] + words)
                let theirs = try table.lines(["conntrack", "-G", "-o", "extended"] + words)
                #expect(ours.map(Self.lasting) == theirs.map(Self.lasting) && ours.count == 1, "\(words)")
                count += 1
            }
            #expect(count > 20)
        }
    }

    @Test("--get finds entries in zones, and by their reply direction, which conntrack(8) cannot")
    func zonesAndReplies() throws {
        try LiveTable.inside(timestamps: false) { table in
            let entries = try table.entries()
            for entry in entries where entry.protocol != "dccp" {
                let zone = entry.rest["zone"] ?? entry.rest["zone-orig"] ?? "0"
                let words = Self.identity(of: entry) + ["--zone", zone]
                let found = try table.lines(
                    [Program.path, "dump", "--get", "--format", "conntrack", "-o", "id"] + words)
                #expect(try found.map(LiveTable.id) == ["id=\(entry.rest["id"] ?? "")"], "\(words)")
                guard let source = entry.reply["src"], let port = entry.reply["sport"] else { continue }
                let reply = [
                    "-p", entry.protocol, "-r", source, "-q", entry.reply["dst"] ?? "", "--reply-sport", port,
                    "--reply-dport", entry.reply["dport"] ?? "", "-w",
                    entry.rest["zone"] ?? entry.rest["zone-reply"] ?? "0",
                ]
                let again = try table.lines(
                    [Program.path, "dump", "--get", "--format", "conntrack", "-o", "id"] + reply)
                #expect(try again.map(LiveTable.id) == found.map(LiveTable.id), "\(reply)")
            }
        }
    }

    @Test("--get has every format, and what is not there is an error that says so")
    func formatsAndErrors() throws {
        try inFreshNamespace {
            try Tool.run("conntrack -I -t 3000 -p udp -s 10.0.0.1 -d 10.0.0.2 --sport 1 --dport 53")
            let words = ["dump", "--get", "-p", "udp", "-s", "10.0.0.1", "-d", "10.0.0.2", "--sport", "1"]
            let table = try Program.run(words + ["--dport", "53"])
            #expect(table.status == 0 && table.output.split(separator: "\n").count == 2)
            #expect(table.output.contains("10.0.0.2"))
            let json = try Program.run(words + ["--dport", "53", "--json"])
            #expect(json.output.contains(#""protocol":"udp""#) && json.output.split(separator: "\n").count == 1)
            let saved = try Program.run(words + ["--dport", "53", "-o", "save"])
            #expect(saved.output.hasPrefix("-A -t "))
            let missing = try Program.run(words + ["--dport", "54"])
            #expect(missing.status == 74 && missing.output.isEmpty)
            #expect(missing.complaint.contains("udp 10.0.0.1:1 > 10.0.0.2:54: there is no such entry"))
            let elsewhere = try Program.run(words + ["--dport", "53", "-w", "3"])
            #expect(elsewhere.status == 74 && elsewhere.complaint.contains("in zone 3: there is no such entry"))
            let reversed = try Program.run(
                ["dump", "--get", "-p", "udp", "-s", "10.0.0.2", "-d", "10.0.0.1", "--sport", "53", "--dport", "1"])
            #expect(reversed.status == 74)
            #expect(reversed.complaint.contains("no entry has this as its original direction, but one as its reply"))
        }
    }

    private static func isInZone(_ entry: ConntrackLine) -> Bool {
        ["zone", "zone-orig", "zone-reply"].contains { entry.rest[$0] != nil }
    }

    /// What `conntrack -G` needs.
    private static func identity(of entry: ConntrackLine) -> [String] {
        let original = entry.original
        let name = entry.protocol == "unknown" ? entry.number : entry.protocol
        let options = [
            ("src", "--src"), ("dst", "--dst"), ("sport", "--sport"), ("dport", "--dport"), ("srckey", "--srckey"),
            ("dstkey", "--dstkey"), ("type", "--\(name)-type"), ("code", "--\(name)-code"), ("id", "--\(name)-id"),
        ]
        return ["-p", name] + options.flatMap { key, option in original[key].map { [option, $0] } ?? [] }
    }

    /// Without the timeout and the references.
    private static func lasting(_ line: String) -> [String] {
        line.split(separator: " ").enumerated().filter { $0.offset != 4 && !$0.element.hasPrefix("use=") }
            .map { String($0.element) }
    }
}
