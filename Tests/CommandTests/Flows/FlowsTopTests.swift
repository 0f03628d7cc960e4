import Foundation
import TestSupport
import Testing

/// `flows --top`, beside what ipvsadm listed at the time of the capture.
struct FlowsTopTests {
    private struct Document: Decodable {
        struct Row: Decodable {
            var value: String
            var flows: Int
        }

        var complete: Bool
        var flows: Int
        var top: String
        var values: Int
        var rows: [Row]
    }

    private static func top(_ fixture: Fixture, _ words: [String]) throws -> Document {
        let outcome = try Program.run(["flows", "--json", "--capture", fixture.capture, "--top"] + words)
        #expect(outcome.status == 0, "\(outcome.complaint)")
        if SchemaScript.works || isContinuousIntegration {
            #expect(try SchemaScript.check("flows-top", outcome.output).lines == ["1 passed, 0 failed"])
        }
        return try JSONDecoder().decode(Document.self, from: Data(outcome.output.utf8))
    }

    /// Of a row of ipvsadm -Lcn: `[2001:db8::1]:80` without its port.
    private static func address(_ end: Substring) -> String {
        end.prefix { $0 != "]" }.hasPrefix("[")
            ? String(end.dropFirst().prefix { $0 != "]" }) : String(end.prefix { $0 != ":" })
    }

    @Test("Clients, real servers and states are those of ipvsadm's list", arguments: Fixture.all)
    func peers(_ fixture: Fixture) throws {
        let rows = try fixture.peer("ipvsadm-Lcn.txt").split(separator: "\n").dropFirst(2).map {
            $0.split(separator: " ")
        }
        // A template has no client port.
        let connections = rows.filter { $0.count > 5 && !$0[3].hasSuffix(":0") }
        let subjects: [(String, ([Substring]) -> String)] = [
            ("client", { Self.address($0[3]) }), ("server", { Self.address($0[5]) }),
            ("state", { "\($0[0].lowercased())/\($0[2])" }),
        ]
        for (subject, value) in subjects {
            let wanted = connections.reduce(into: [String: Int]()) { $0[value($1), default: 0] += 1 }
            let document = try Self.top(fixture, [subject, "1000", "--filter", "not verdict=orphan"])
            #expect(document.top == subject && document.complete)
            let counts = Dictionary(document.rows.map { ($0.value, $0.flows) }, uniquingKeysWith: +)
            #expect(counts == wanted, "\(subject)")
            #expect(document.flows == connections.count && document.values == wanted.count)
        }
    }

    @Test("Verdicts and services add up to all flows, the most frequent first", arguments: Fixture.all)
    func sums(_ fixture: Fixture) throws {
        for subject in ["verdict", "service", "client-service"] {
            let document = try Self.top(fixture, [subject, "1000"])
            #expect(document.rows.reduce(0) { $0 + $1.flows } == document.flows)
            #expect(document.rows.map(\.flows) == document.rows.map(\.flows).sorted(by: >))
            let first = try Self.top(fixture, [subject, "1"])
            #expect(first.rows.first?.value == document.rows.first?.value && first.values == document.values)
        }
    }

    @Test("As text, with what was left out")
    func text() throws {
        let words = ["flows", "--capture", Fixture(name: "mixed").capture]
        let outcome = try Program.run(words + ["--top", "server", "1"])
        let lines = outcome.output.split(separator: "\n")
        #expect(outcome.status == 0 && lines.count == 3)
        #expect(lines[0].hasPrefix("FLOWS") && lines[0].hasSuffix("SERVER") && lines[2].contains("of them have"))
        let verdicts = try Program.run(words + ["--verdict", "absent", "--top", "verdict"])
        #expect(verdicts.output.contains("100.0%  absent"))
    }

    @Test(
        "What cannot be counted is a usage error",
        arguments: [
            (["--top", "port"], "“port” is invalid; expected client, client-service, service, server, state, verdict"),
            (["--top", "client", "--summary"], "--top and --summary are mutually exclusive"),
            (["--top", "client", "--follow"], "--top and --follow are mutually exclusive"),
            (["--top", "client", "0"], "may be followed by one number"),
        ])
    func usage(_ words: [String], _ complaint: String) throws {
        let outcome = try Program.run(["flows"] + words)
        #expect(outcome.status == 64 && outcome.complaint.contains(complaint), "\(outcome.complaint)")
    }
}
