import Foundation
import TestSupport
import Testing

/// Each table in full, as printed by the program and by conntrack(8).
@Suite(.needsRoot, .needsTool("conntrack"), .needsTool("nft"))
struct DumpDifferentialTests {
    @Test("The sample table matches with each word of -o, for both families and for each one")
    func entries() throws {
        try LiveTable.inside(crowd: 200) { table in
            let whole = try table.expectAlike(["-o", "extended,id"], ["-o", "id"])
            #expect(whole > 230)
            for (theirs, ours) in [
                (["-o", "extended,id,labels"], ["-o", "id,labels"]),
                (["-o", "extended,id,ktimestamp"], ["-o", "id,ktimestamp"]),
                (["-o", "extended,id,ktimestamp,labels"], ["-o", "Extended,ID", "-o", "labels,ktimestamp"]),
                (["conntrack", "-o", "extended,id"], ["conntrack", "-o", "id", "--on-interrupt", "repeat"]),
            ] {
                #expect(try table.expectAlike(theirs, ours) == whole)
            }
            let families = try ["ipv4", "ipv6"].map { family in
                try table.expectAlike(["-f", family, "-o", "extended,id"], ["-f", family, "-o", "id"])
            }
            #expect(families.allSatisfy { $0 > 40 } && families.reduce(0, +) == whole)
        }
    }

    @Test("The table holds every kind of entry; otherwise it would prove little")
    func menagerie() throws {
        try LiveTable.inside(crowd: 200) { table in
            let lines = try table.entries()
            let protocols = ["tcp", "udp", "udplite", "sctp", "dccp", "gre", "icmp", "icmpv6", "unknown"]
            #expect(Set(lines.map(\.protocol)) == Set(protocols))
            #expect(Set(lines.map(\.family)) == ["ipv4", "ipv6"])
            #expect(Set(lines.flatMap(\.flags)) == ["UNREPLIED", "ASSURED"])
            let words = Set(lines.flatMap(\.rest.keys))
            let expected: Set = [
                "mark", "zone", "zone-orig", "zone-reply", "delta-time", "helper", "use", "id", "labels",
            ]
            #expect(words == expected)
            #expect(lines.contains { $0.original["src"] != $0.reply["dst"] })
            #expect(lines.contains { $0.original["dst"] != $0.reply["src"] })
            #expect(lines.contains { $0.original["packets"] == "1" })
        }
    }

    @Test("Expectations match, with any -o")
    func expectations() throws {
        try LiveTable.inside { table in
            for words in [[], ["-o", "id,labels,ktimestamp"]] {
                let count = try table.expectAlike(["expect"], ["expect"] + words) { line in
                    // Everything but the timeout.
                    line.split(separator: " ").dropFirst().joined(separator: " ")
                }
                #expect(count == 10)
            }
        }
    }

    @Test("Filters of expectations choose among their lines; a family is conntrack's")
    func filteredExpectations() throws {
        try LiveTable.inside { table in
            let all = try table.lines([Program.path, "dump", "expect", "--json"]).map { line in
                try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
            }
            func tuple(_ one: [String: Any]) -> [String: Any] { one["tuple"] as? [String: Any] ?? [:] }
            func count(_ words: [String]) throws -> Int? {
                Int(try table.dump(["expect", "--count"] + words).output.dropLast())
            }
            for one in all {
                let (name, address) = ("\(one["protocol"] ?? "")", "\(tuple(one)["destination"] ?? "")")
                let alike = all.filter { "\($0["protocol"] ?? "")" == name }
                #expect(try count(["-p", name]) == alike.count && !alike.isEmpty)
                #expect(try count(["-p", "!\(name)"]) == all.count - alike.count)
                let same = all.count { "\(tuple($0)["destination"] ?? "")" == address }
                #expect(try count(["-d", address]) == same && same > 0)
            }
            let families = try ["ipv4", "ipv6"].map { family in
                let theirs = try table.lines(["conntrack", "-L", "expect", "-f", family]).count
                #expect(try count(["-f", family]) == theirs)
                return theirs
            }
            #expect(families.reduce(0, +) == all.count)
        }
    }

    @Test("Without label names no labels are printed, as with conntrack(8)")
    func noLabels() throws {
        try inFreshNamespace {
            try Tool.run("conntrack -I -t 3000 -p udp -s 10.0.0.1 -d 10.0.0.2 --sport 1 --dport 53")
            let theirs = try Tool.run("conntrack -L -o extended,id,labels").split(separator: " ")
            let ours = try Program.run(["dump", "--format", "conntrack", "-o", "id,labels"])
            // Only the timeout, the fifth word, may have changed in between.
            let words = ours.output.split(separator: " ")
            let unlike = words.indices.filter { !theirs.indices.contains($0) || words[$0] != theirs[$0] }
            #expect(unlike.allSatisfy { $0 == 4 })
            #expect(words.count == theirs.count)
        }
    }

    @Test("No entry is unconfirmed or dying here", arguments: ["dying", "unconfirmed"])
    func emptyLists(_ list: String) throws {
        try LiveTable.inside { table in
            let count = try table.expectAlike([list, "-o", "extended,id"], [list, "-o", "id"])
            #expect(count == 0)
        }
    }

    @Test("Entries whose DESTROY event could not be delivered are listed as dying")
    func dying() throws {
        try LiveTable.inside(crowd: 200) { table in
            let listener = try DeafListener()
            _ = try table.run(["conntrack", "-D", "-p", "tcp"])
            let count = try table.expectAlike(["dying", "-o", "extended,id"], ["dying", "-o", "id"])
            #expect(count > 20)
            let dying = try table.dump(["dying", "--dying", "--count"])
            #expect(dying.output == "\(count)\n")
            listener.close()
        }
    }
}
