import Foundation
import TestSupport
import Testing

/// `dump --json --summary-line`.
struct SummaryLineTests {
    private struct Summary: Decodable {
        var schema: String
        var command: String
        var entries: Int
        var complete: Bool
        var losses: [[String: String]]
    }

    @Test("The last line counts those before it", arguments: Fixture.all)
    func captures(_ fixture: Fixture) throws {
        for words in [[], ["expect"], ["--protocol", "udp"], ["--on-interrupt", "repeat"]] {
            let dump = ["dump", "--json", "--capture", fixture.capture] + words
            let lines = try Program.run(dump).output.split(separator: "\n")
            let outcome = try Program.run(dump + ["--summary-line"])
            let ended = outcome.output.split(separator: "\n")
            #expect(outcome.status == 0 && Array(ended.dropLast()) == lines)
            let last = try #require(ended.last)
            let summary = try JSONDecoder().decode(Summary.self, from: Data(last.utf8))
            #expect(summary.schema == "ct-inspect/1" && summary.command == "dump")
            #expect(summary.entries == lines.count && summary.complete && summary.losses.isEmpty)
            if SchemaScript.works || isContinuousIntegration {
                #expect(try SchemaScript.check("dump", String(last)).lines == ["1 passed, 0 failed"])
            }
        }
    }

    @Test("It ends lines of JSON, and nothing else")
    func usage() throws {
        for words in [[], ["--json", "--count"], ["--json", "--top", "src"], ["--format", "conntrack"]] {
            let outcome = try Program.run(["dump", "--summary-line"] + words)
            #expect(outcome.status == 64 && outcome.complaint.contains("--summary-line ends the lines of --json"))
        }
    }
}
