import Foundation
import TestSupport
import Testing

/// `diff` of captures, beside what the peers said of the same directors.
struct DiffTests {
    private static func diff(_ one: Fixture, _ other: Fixture, _ options: String...) throws -> Program.Outcome {
        try Program.run(["diff", one.capture, other.capture] + options)
    }

    @Test("A capture does not differ from itself", arguments: Fixture.all)
    func same(_ fixture: Fixture) throws {
        let outcome = try Self.diff(fixture, fixture)
        #expect(outcome.status == 0 && outcome.output.hasSuffix("\nNothing that is compared differs.\n"))
        #expect(outcome.complaint.isEmpty)
    }

    /// `tcp 10.0.0.100:80 > 10.0.0.3:80 Route 1`, from what `ipvsadm -Ln` printed.
    private static func destinations(_ fixture: Fixture) throws -> Set<String> {
        var service = ""
        var found: Set<String> = []
        for line in try fixture.peer("ipvsadm-Ln.txt").split(separator: "\n").dropFirst(3) {
            let words = line.split(separator: " ").map(String.init)
            if words[0] == "->" {
                found.insert("\(service) > \(words[1]) \(words[2]) \(words[3])")
            } else {
                service = words[0] == "FWM" ? words.prefix(2).joined(separator: " ") : "\(words[0]) \(words[1])"
            }
        }
        return found
    }

    @Test("As many destinations differ as in the lists of ipvsadm", arguments: Fixture.all, Fixture.all)
    func ipvsadm(_ one: Fixture, _ other: Fixture) throws {
        let outcome = try Self.diff(one, other)
        let lines = outcome.output.split(separator: "\n").filter { $0.contains(" > ") }
        func count(_ marks: String) -> Int { lines.count { line in marks.contains { line.hasPrefix("\($0) ") } } }
        let (before, after) = (try Self.destinations(one), try Self.destinations(other))
        // In these lists a changed destination has another weight: a line that is gone, and one that is new.
        #expect(before.subtracting(after).count == count("-~"), "\(outcome.output)")
        #expect(after.subtracting(before).count == count("+~"), "\(outcome.output)")
    }

    @Test(
        "The document has the schema, and says the same",
        .enabled(if: SchemaScript.works || isContinuousIntegration, "needs python3-jsonschema"))
    func document() throws {
        let fixtures = (Fixture.all[0], Fixture.all[2])
        let outcome = try Self.diff(fixtures.0, fixtures.1, "--json")
        #expect(outcome.status == 1)
        #expect(try SchemaScript.check("diff", outcome.output).lines == ["1 passed, 0 failed"])
        let document = try #require(
            try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
        #expect(document["complete"] as? Bool == true && document["differs"] as? Bool == true)
        let text = try Self.diff(fixtures.0, fixtures.1).output
        for (list, title) in [("settings", "Settings"), ("rules", "Rules"), ("verdicts", "Verdicts")] {
            let section = text.split(separator: "\n\n").first { $0.hasPrefix("\(title)\n") }
            let lines = section?.split(separator: "\n").count ?? 1
            #expect((document[list] as? [Any])?.count == lines - 1, "\(list)")
        }
    }

    @Test("A capture without rules is not one whose rules are gone", .needsRoot, .needsTool("nft"))
    func withoutRules() throws {
        let folder = try TemporaryFolder()
        let outcome = try inFreshNamespace {
            try Program.shell(
                #"""
                cd "$1" && nft "add table ip t; add chain ip t c; add rule ip t c accept" &&
                "$0" capture all >/dev/null 2>&1 && "$0" capture --no-ruleset none >/dev/null 2>&1 &&
                nft add rule ip t c drop && sysctl -qw net.netfilter.nf_conntrack_acct=1 &&
                "$0" capture later >/dev/null 2>&1 || exit
                "$0" diff all none; echo "status $?"
                "$0" diff all later; echo "status $?"
                """#, [Program.path, folder.url.path])
        }
        #expect(outcome.output.contains("the rules of the packet filter: the second capture does not have them"))
        #expect(outcome.output.contains("+ ip t c  drop"))
        #expect(outcome.output.contains("~ net.netfilter.nf_conntrack_acct  0 -> 1"))
        #expect(outcome.output.hasSuffix("status 1\n"))
    }

    @Test("A directory that is no capture fails as everywhere, and two are needed")
    func wrong() throws {
        let missing = try Program.run(["diff", Fixture.all[0].capture, "/no/such/capture"])
        #expect(missing.status == 74 && missing.output.isEmpty)
        #expect(missing.complaint.contains("/no/such/capture"))
        #expect(try Program.run(["diff", Fixture.all[0].capture]).status == 64)
    }
}
