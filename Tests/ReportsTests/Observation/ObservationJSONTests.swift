import Foundation
import Inspection
import ObservationSupport
import TestSupport
import Testing

@testable import Reports

struct ObservationJSONTests {
    @Test("The document, byte for byte")
    func exact() throws {
        let observation = try Observation.filtered()
        #expect(written { observation.writeJSON(to: $0) } == ObservationGolden.filtered)
    }

    private func rich() throws -> [String: Any] {
        let observation = try Observation.rich()
        let text = written { observation.writeJSON(to: $0) }
        return try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    }

    @Test("Services by address and by mark, and plain addresses")
    func subjects() throws {
        let services = try #require(try rich()["services"] as? [[String: Any]])
        #expect(
            services.map { $0["address"] as? String ?? "-" }.suffix(4) == [
                "2001:db8::100", "-", "192.0.2.7", "192.0.2.8",
            ])
        #expect(services.map { $0["port"] as? Int }.suffix(4) == [53, nil, 25, nil])
        #expect(services.map { $0["fwmark"] as? Int }.suffix(4) == [nil, 7, nil, nil])
        #expect(services.map { $0["scheduler"] as? String }.suffix(4) == ["rr", "rr", nil, nil])
        #expect(services.map { $0["methods"] as? [String] }.suffix(4) == [["dr"], ["nat"], [], []])
        #expect(services.last?["protocol"] is NSNull)
        #expect(services[3]["shared_with"] as? [String] == ["fwmark 7"])
        #expect((services[0]["connections"] as? [String: Int]) == ["ESTABLISHED": 2, "FIN_WAIT": 1])
        #expect((services[1]["packets"] as? [Any])?.isEmpty == true)
    }

    @Test("Packets without a service, traces and samples, and hostile names, which are kept as they are")
    func others() throws {
        let document = try rich()
        let elsewhere = try #require(document["elsewhere"] as? [[String: Any]])
        #expect(elsewhere.map { $0["address"] as? String } == ["10.0.0.100"])
        let dropped = try #require(elsewhere.first?["dropped"] as? [[String: Any]])
        #expect(dropped.map { $0["packets"] as? Int } == [2])
        let blame = try #require(document["blame"] as? [[String: Any]])
        #expect(blame.map { $0["handle"] as? Int } == [5, 9, 12, nil])
        #expect(blame.map { $0["packets"] as? Int } == [7, 1, 1, 1])
        #expect(blame[1]["chain"] as? String == "a\u{1B}[31mb")
        #expect(blame[2]["rule"] is NSNull)
        #expect(blame[3]["rule"] as? String == "policy drop")
        let samples = try #require(document["samples"] as? [[String: Any]])
        #expect(samples.map { $0["class"] as? String } == ["fin"])
        #expect((document["notices"] as? [String])?.count == 1)
        #expect(document["complete"] as? Bool == false)
    }
}
