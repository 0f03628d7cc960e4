import Foundation
import TestSupport
import Testing

/// `stats` as run by a user.
@Suite(.needsRoot)
struct StatsTests {
    private static func lines(_ outcome: Program.Outcome) throws -> [[String: Any]] {
        try outcome.output.split(separator: "\n").map {
            try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
        }
    }

    /// Runs a shell command line in a network namespace of its own, with the program as `$0`.
    private static func inNamespace(_ line: String, _ words: [String] = []) throws -> Program.Outcome {
        try Program.shell(#"exec unshare --net bash -c "$0" "$@""#, [line, Program.path] + words)
    }

    @Test("If nothing is tracked, all counters are 0, and IPVS is not required")
    func quiet() throws {
        let outcome = try Self.inNamespace(#""$0" stats"#)
        #expect(outcome.status == 0)
        #expect(outcome.complaint.isEmpty)
        let rows = outcome.output.split(separator: "\n")
        #expect(rows.first?.contains(": 0 entries of ") == true)
        #expect(rows.dropFirst(2).count >= 10)
        #expect(rows.dropFirst(2).allSatisfy { $0.hasSuffix(" 0") })
    }

    @Test(
        "One line per interval: the first without rates, the others with the increase since the last",
        .needsTool("conntrack"))
    func interval() throws {
        let outcome = try Self.inNamespace(
            #"""
            "$0" stats --json --interval 1 --count 3 &
            sleep 1.5
            conntrack -I -p udp -s 10.0.0.1 -d 10.0.0.2 --sport 1 --dport 53 -t 100 2>/dev/null
            wait $!
            """#)
        #expect(outcome.status == 0)
        let lines = try Self.lines(outcome)
        #expect(lines.count == 3)
        #expect(Set(lines.compactMap { $0["taken_at"] as? String }).count == 3)
        #expect(lines.map { $0["interval_ms"] != nil } == [false, true, true])
        let inserted = try lines.map { line in
            let counters = try #require(line["counters"] as? [[String: Any]])
            return try #require(counters.first { $0["name"] as? String == "insert" })
        }
        #expect(inserted.compactMap { $0["increase"] as? Int }.reduce(0, +) == 1)
        #expect(inserted.last?["total"] as? Int == 1)
    }

    @Test("An interrupt ends it cleanly, between blocks", arguments: ["INT", "TERM"])
    func interrupt(_ signal: String) throws {
        let outcome = try Self.inNamespace(
            #""$0" stats --interval 60 & sleep 1; kill -s "$1" $!; wait $!"#, [signal])
        #expect(outcome.status == 0)
        #expect(outcome.complaint.isEmpty)
        #expect(outcome.output.contains("expect_delete"))
    }

    @Test("Without privileges it exits with 77 and suggests the next step")
    func forbidden() throws {
        let outcome = try Program.shell(
            #"setpriv --inh-caps=-all --bounding-set=-all "$0" stats"#, [Program.path])
        #expect(outcome.status == 77)
        #expect(outcome.complaint.contains("run with sudo"))
    }

    @Test("A capture from a version without statistics says so", arguments: [Fixture.older])
    func notHeld(_ fixture: Fixture) throws {
        let outcome = try Program.run(["stats", "--capture", fixture.capture])
        #expect(outcome.status == 74)
        #expect(outcome.output.isEmpty)
        #expect(outcome.complaint.contains("cannot read the counters of conntrack"))
        #expect(outcome.complaint.contains("take it again with this version of ct-inspect"))
    }
}
