import Foundation
import Addresses
import IPVS
import Inspection
import TableSupport
import TestSupport
import Testing

@testable import Reports

struct FlowsJSONTests {
    private func document(_ write: (@escaping (RawSpan) -> Void) -> Void) throws -> [String: Any] {
        let text = written(write)
        return try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    }

    @Test("The head of the document, as specified in DESIGN")
    func heading() throws {
        let picture = try smallSnapshot()
        let document = try document { picture.writeJSON(summaryOnly: false, to: $0) }
        #expect(document["schema"] as? String == "ct-inspect/1")
        #expect(document["command"] as? String == "flows")
        #expect(document["taken_at"] as? String == "2026-11-23T04:00:00.123Z")
        #expect(document["netns"] as? String == "lb")
        #expect(document["complete"] as? Bool == true)
        let sysctls = try #require(document["sysctls"] as? [String: Any])
        #expect(sysctls["net.ipv4.vs.conntrack"] as? Int == 0)
        #expect(sysctls["net.ipv4.vs.sync_threshold"] as? String == "3\t50")
    }

    @Test("Flows: an absent one, one with its entry, an orphan; unknown values are null")
    func flows() throws {
        let picture = try smallSnapshot()
        let document = try document { picture.writeJSON(summaryOnly: false, to: $0) }
        let flows = try #require(document["flows"] as? [[String: Any]])
        #expect(flows.map { $0["verdict"] as? String } == ["absent", "unreplied", "orphan"])
        #expect(flows.map { $0["method"] as? String } == ["dr", "dr", nil])
        #expect(flows[0]["entry"] is NSNull)
        #expect(flows[2]["destination"] is NSNull)
        let entry = try #require(flows[1]["entry"] as? [String: Any])
        let original = try #require(entry["original"] as? [String: Any])
        #expect(entry["family"] as? String == "ipv6")
        #expect(entry["state"] as? String == "SYN_SENT")
        #expect(entry["status"] as? [String] == ["CONFIRMED"])
        #expect(original["source"] as? String == "2001:db8::1")
        #expect(original["destination_port"] as? Int == 80)
        #expect((document["templates"] as? [Any])?.count == 1)
    }

    @Test("What /proc lacks: null where it is not known")
    func details() throws {
        let details = ConnectionDetails(.tun, flags: [.nfct, .synchronized], firewallMark: 7, packets: 5)
        let picture = try smallSnapshot(details)
        let flows = try #require(
            try document { picture.writeJSON(summaryOnly: false, to: $0) }["flows"] as? [[String: Any]])
        #expect(flows.map { $0["packets"] as? Int } == [5, nil, nil])
        #expect(flows.map { $0["fwmark"] as? Int } == [7, nil, nil])
        #expect(flows.map { $0["flags"] as? [String] } == [["nfct", "sync"], nil, nil])
        #expect(flows[0]["method"] as? String == "tun")
        #expect((flows[0]["service"] as? [String: Any])?["fwmark"] as? Int == 7)
    }

    @Test("Text that flows share is what each of them would have alone")
    func shared() throws {
        let services = try mixedServices()
        var store = FlowStore(keepsEntries: true)
        store.begin(services, at: 0)
        for number in 0..<500 {
            var connection = Connection(
                .tcp, client: try at("10.1.0.\(number % 200 + 1):\(1000 + number)"),
                virtual: try at(number % 3 == 0 ? "10.0.0.101:80" : "10.0.0.100:80"),
                destination: try at(number % 7 == 0 ? "10.0.0.9:80" : "10.0.0.3:80"),
                state: ["ESTABLISHED", "FIN_WAIT", "SYN_RECV"][number % 3], expires: UInt32(number % 13))
            if number % 11 == 0 { connection.persistenceEngine = "sip call-\(number)" }
            if number % 2 == 0 {
                connection.details = ConnectionDetails(
                    number % 5 == 0 ? .tun : .dr, flags: number % 4 == 0 ? .nfct : number % 6 == 0 ? .synchronized : [],
                    firewallMark: UInt32(number % 9), packets: UInt32(number))
            }
            store.take(connection)
        }
        store.endConnections(isWhole: true)
        for number in stride(from: 0, to: 500, by: 17) {
            try store.take(LibraryEntry.message("10.1.0.\(number % 200 + 1):\(1000 + number)", "10.0.0.100:80"))
        }
        store.endEntries(isWhole: true)
        for slot in store.unsettled(atMost: .max) { store.look(slot, found: nil) }
        store.finish(orphansAreKnown: true)
        let report = FlowReport(store, Sysctls())
        let together = written { sink in
            var json = JSONWriter(sink)
            var members = FlowMembers(report.flows, nil)
            json.array { json in report.flows.forEachRow { members.write($1, at: $0, to: &json) } }
            json.flush()
        }
        let alone = written { sink in
            var json = JSONWriter(sink)
            json.array { json in for flow in report.flows { json.object { $0.members(of: flow, nil) } } }
            json.flush()
        }
        #expect(together == alone)
        #expect(together.contains("\"verdict\":\"unreplied\"") && together.contains("call-11"))
    }

    @Test("Services are counted; never is not claimed")
    func services() throws {
        let picture = try smallSnapshot()
        let document = try document { picture.writeJSON(summaryOnly: true, to: $0) }
        let services = try #require(document["services"] as? [[String: Any]])
        #expect(services.map { $0["absent"] as? Int } == [1, 0, 0, 0, 0, 0])
        #expect(services.map { $0["orphans"] as? Int } == [0, 0, 1, 0, 0, 0])
        #expect(services.map { $0["templates"] as? Int } == [0, 1, 0, 0, 0, 0])
        #expect(services.allSatisfy { $0["never"] is NSNull })
        #expect(services.last?["fwmark"] as? Int == 7)
        #expect(document["flows"] == nil)
    }

    @Test("services --json includes destinations with their methods and counts")
    func destinations() throws {
        let picture = try smallSnapshot()
        let document = try document { picture.writeServicesJSON(Director.Configuration(), to: $0) }
        let services = try #require(document["services"] as? [[String: Any]])
        let destinations = services.flatMap { $0["destinations"] as? [[String: Any]] ?? [] }
        #expect(destinations.map { $0["method"] as? String } == ["dr", "dr", "dr", "tun", "nat", "dr", "local"])
        #expect(destinations[1]["weight"] as? Int == 3)
        #expect(services[1]["flags"] as? [String] == ["persistent"])
        #expect(services[1]["persistence_timeout"] as? Int == 300)
    }
}
