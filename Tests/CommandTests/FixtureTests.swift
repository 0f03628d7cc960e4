import Foundation
import Testing

/// The bundled captures, checked against the output of ipvsadm and conntrack on the director at the time.
struct FixtureTests {
    private struct Row: Hashable, Comparable {
        var words: [String]
        static func < (left: Row, right: Row) -> Bool { left.words.lexicographicallyPrecedes(right.words) }
    }

    private func document(_ fixture: Fixture) throws -> [String: Any] {
        let outcome = try Program.run(["flows", "--json", "--capture", fixture.capture])
        #expect(outcome.status == 0)
        #expect(outcome.complaint.isEmpty)
        let parsed = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8))
        return try #require(parsed as? [String: Any])
    }

    private func text(_ endpoint: Any?) throws -> String {
        let endpoint = try #require(endpoint as? [String: Any])
        let address = try #require(endpoint["address"] as? String)
        let port = try #require(endpoint["port"] as? Int)
        return address.contains(":") ? "[\(address)]:\(port)" : "\(address):\(port)"
    }

    private func rows(_ listed: Any?) throws -> [Row] {
        try #require(listed as? [[String: Any]]).filter { !($0["destination"] is NSNull) }.map { flow in
            Row(words: [
                try #require(flow["protocol"] as? String).uppercased(), try #require(flow["ipvs_state"] as? String),
                try text(flow["client"]), try text(flow["virtual"]), try text(flow["destination"]),
            ])
        }.sorted()
    }

    @Test("Flows and templates together are the rows of ipvsadm -Lcn", arguments: Fixture.all)
    func connections(_ fixture: Fixture) throws {
        let document = try document(fixture)
        let listed = try fixture.peer("ipvsadm-Lcn.txt").split(separator: "\n").dropFirst(2).map { line in
            let words = line.split(separator: " ").map(String.init)
            return Row(words: [words[0]] + words[2...5])
        }
        #expect(!listed.isEmpty)
        #expect(try (rows(document["flows"]) + rows(document["templates"])).sorted() == listed.sorted())
    }

    @Test("A flow is absent exactly if conntrack -L has no such tuple", arguments: Fixture.all)
    func absent(_ fixture: Fixture) throws {
        let table = try fixture.peer("conntrack-L.txt").split(separator: "\n").map(String.init)
        for flow in try #require(try document(fixture)["flows"] as? [[String: Any]])
        where flow["verdict"] as? String != "orphan" {
            let client = try #require(flow["client"] as? [String: Any])
            let virtual = try #require(flow["virtual"] as? [String: Any])
            let tuple =
                "src=\(client["address"] ?? "") dst=\(virtual["address"] ?? "") sport=\(client["port"] ?? "") dport=\(virtual["port"] ?? "") "
            let line = table.first { $0.contains(tuple) }
            let expected = line.map { $0.contains("[UNREPLIED]") ? "unreplied" : "tracked" } ?? "absent"
            #expect(flow["verdict"] as? String == expected, "\(tuple)")
        }
    }

    @Test("services matches ipvsadm -Ln byte for byte", arguments: Fixture.all)
    func services(_ fixture: Fixture) throws {
        let outcome = try Program.run(["services", "--capture", fixture.capture])
        #expect(outcome.status == 0)
        #expect(outcome.output == (try fixture.peer("ipvsadm-Ln.txt")))
    }

    @Test("Reading a capture twice gives the same output; bare ct-inspect is flows", arguments: Fixture.all)
    func repeatable(_ fixture: Fixture) throws {
        let flows = try Program.run(["flows", "--capture", fixture.capture])
        #expect(flows.output == (try Program.run(["--capture", fixture.capture]).output))
        #expect(flows.output.contains("VERDICT"))
        let summary = try Program.run(["flows", "--summary", "--capture", fixture.capture])
        #expect(summary.output.contains("net.ipv4.vs.conntrack="))
    }
}
