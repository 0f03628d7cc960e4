import TestSupport
import Testing

/// Cases where the filter of conntrack(8) 1.4.7 is wrong or odd; here the program is checked against the table instead.
@Suite(.needsRoot, .needsTool("conntrack"), .needsTool("nft"))
struct ConntrackOdditiesTests {
    private static func ids(_ lines: [String]) throws -> Set<String> { try Set(lines.map(LiveTable.id)) }

    /// The program's selection, and the correct one according to the table.
    private static func expect(
        _ words: [String], in table: LiveTable, chooses isRight: (ConntrackLine) -> Bool
    ) throws {
        let right = try table.entries().filter(isRight).compactMap { $0.rest["id"].map { "id=\($0)" } }
        #expect(!right.isEmpty, "\(words)")
        let ours = try table.lines([Program.path, "dump", "--format", "conntrack", "-o", "id"] + words)
        #expect(try ids(ours) == Set(right), "\(words)")
    }

    private static func conntrack(_ words: [String], in table: LiveTable) throws -> Set<String> {
        try ids(table.lines(["conntrack", "-L", "-o", "extended,id"] + words))
    }

    /// Its parser for `-u` writes the bits into the value that `-m` has set, and compares marks with them.
    @Test("conntrack ignores a mark given before a status; the program accepts either order")
    func markBeforeStatus() throws {
        try LiveTable.inside(crowd: 200, timestamps: false) { table in
            for words in [["-m", "0x11", "-u", "SEEN_REPLY"], ["-u", "SEEN_REPLY", "-m", "0x11"]] {
                try Self.expect(words, in: table) { $0.rest["mark"] == "17" && !$0.flags.contains("UNREPLIED") }
            }
            let theirs = try Self.conntrack(["-m", "0x11", "-u", "SEEN_REPLY"], in: table)
            #expect(theirs.isEmpty)
            let sorted = try Self.conntrack(["-u", "SEEN_REPLY", "-m", "0x11"], in: table)
            #expect(!sorted.isEmpty)
        }
    }

    /// It sends the kernel an empty mask, which is refused; combined with another bit, UNSET changes nothing.
    @Test("UNSET alone is an error in conntrack; in the program it matches everything")
    func unsetAlone() throws {
        try LiveTable.inside(timestamps: false) { table in
            let outcome = try table.run(["conntrack", "-L", "-u", "UNSET"])
            #expect(outcome.status != 0 && outcome.complaint.contains("invalid parameters"))
            try Self.expect(["-u", "UNSET"], in: table) { _ in true }
        }
    }

    /// The mask holds only the forbidden bits, but the value holds others, so no entry can be equal.
    @Test("Required and forbidden status bits together match nothing in conntrack")
    func mixedStatus() throws {
        try LiveTable.inside(crowd: 200, timestamps: false) { table in
            let outcome = try table.run(["conntrack", "-L", "-u", "SEEN_REPLY,!ASSURED"])
            #expect(outcome.output.isEmpty)
            try Self.expect(["-u", "SEEN_REPLY", "-u", "!ASSURED"], in: table) {
                !$0.flags.contains("UNREPLIED") && !$0.flags.contains("ASSURED")
            }
        }
    }

    /// libnetfilter_conntrack compares the ports of some protocols, and GRE is not among them.
    @Test("conntrack matches any GRE entry regardless of keys; the program compares them")
    func keysOfGRE() throws {
        try LiveTable.inside(crowd: 200, timestamps: false) { table in
            let keys = ["-p", "gre", "--srckey", "0x5", "--dstkey", "6"]
            try Self.expect(keys, in: table) { ($0.original["srckey"], $0.original["dstkey"]) == ("0x5", "0x6") }
            let theirs = try Self.conntrack(keys, in: table)
            let all = try Self.conntrack(["-p", "gre"], in: table)
            #expect(theirs == all && all.count > 5)
        }
    }

    /// It wants NAT to have changed the port, too, compares no IPv6 address, ignores an address after `=`, and together with another
    /// option also compares the address after `--any-nat` with the client's (`opt2family_attr` of src/conntrack.c has no entry for `j`,
    /// which makes it attribute 0, `ATTR_ORIG_IPV4_SRC`).
    @Test("Where connections are translated to is compared as it says; conntrack overlooks some of it")
    func translations() throws {
        try LiveTable.inside(timestamps: false) { table in
            for target in ["10.0.0.3", "2001:db8::33", "2001:db8::34"] {
                let (client, server) = target.contains(":") ? ("2001:db8::1", "2001:db8::9") : ("10.0.0.1", "10.0.0.9")
                try Tool.run(
                    "conntrack -I -t 3000 -p tcp -s \(client) -d \(server) --sport 7\(target.suffix(1)) --dport 80 "
                        + "--state SYN_SENT --dst-nat \(target)")
            }
            for (words, target, port, found) in [
                (["--dst-nat", "10.0.0.3:80"], "10.0.0.3", "80", 0), (["--dst-nat=10.0.0.3:80"], "10.0.0.3", "80", 4),
                (["--dst-nat", "2001:db8::33"], "2001:db8::33", "80", 2),
                (["-p", "tcp", "--any-nat", "10.0.0.3:8080"], "10.0.0.3", "8080", 0),
            ] {
                try Self.expect(words, in: table) { ($0.reply["src"], $0.reply["sport"]) == (target, port) }
                #expect(try Self.conntrack(words, in: table).count == found, "\(words)")
            }
        }
    }

    @Test("conntrack accepts a security mark and ignores it; the program refuses it")
    func securityMark() throws {
        try LiveTable.inside(timestamps: false) { table in
            #expect(try Self.conntrack(["-c", "5"], in: table) == Self.conntrack([], in: table))
            let outcome = try table.dump(["--secmark", "5"])
            #expect(outcome.status == 64 && outcome.complaint.contains("does not send the number of a security mark"))
        }
    }

    @Test("Both treat an entry with a zone in one direction only as being in zone 0")
    func zoneOfOneDirection() throws {
        try LiveTable.inside(crowd: 100, timestamps: false) { table in
            try Self.expect(["-w", "0"], in: table) { $0.rest["zone"] == nil }
            try Self.expect(["--orig-zone", "0"], in: table) { $0.rest["zone-orig"] == nil }
            #expect(try table.expectAlike(["-o", "extended,id", "-w", "0"], ["-o", "id", "-w", "0"]) > 50)
        }
    }

    @Test("Reply-side prefixes, multiple values and negation are not supported by conntrack")
    func beyond() throws {
        try LiveTable.inside(crowd: 200, timestamps: false) { table in
            for words in [["-q", "10.98.0.0/16"], ["-p", "tcp,udp"], ["-s", "!10.0.0.1"]] {
                let outcome = try table.run(["conntrack", "-L"] + words)
                #expect(outcome.status != 0, "\(words)")
            }
            try Self.expect(["-q", "10.98.0.0/16"], in: table) { $0.reply["dst"]?.hasPrefix("10.98.") == true }
            try Self.expect(["-p", "tcp,udp"], in: table) { ["tcp", "udp"].contains($0.protocol) }
            try Self.expect(["-s", "!10.0.0.1"], in: table) { $0.original["src"] != "10.0.0.1" }
            try Self.expect(["-p", "!gre", "--dport", "50-100", "--dport", "!80"], in: table) {
                $0.original["dport"] == "53"
            }
            try Self.expect(["--icmp-type", "8,128", "-w", "!0"], in: table) {
                ["8", "128"].contains($0.original["type"]) && $0.rest["zone"] != nil
            }
        }
    }
}
