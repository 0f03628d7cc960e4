import Addresses
import Conntrack
import IPVS
import Testing

@testable import Inspection

struct OrphanTests {
    private let vip = "10.0.0.100:80"

    @Test("An entry for a service's VIP and port without a connection is an orphan; any other entry is ignored")
    func orphan() throws {
        let dr = try service(tcp(vip), [("10.0.0.3:80", .dr)])
        let report = flows([], [dr], [try entry("10.0.0.9:999", vip), try entry("10.0.0.9:999", "10.0.0.100:22")])
        #expect(report.flows.count == 1)
        let flow = try #require(report.first)
        #expect(flow.verdict == .orphan)
        #expect(flow.client.description == "10.0.0.9:999")
        #expect(flow.service == dr.identity)
        #expect(flow.connection == nil)
        #expect(flow.method == nil)
        #expect(flow.reason == .noConnection)
    }

    @Test("A one-packet service's entry has the reason that IPVS keeps no connection")
    func onePacket() throws {
        let identity = Service.Identity.address(.udp, try at("10.0.0.100:53"))
        let ops = try service(identity, [("10.0.0.3:53", .dr)], flags: .onePacket)
        let report = flows([], [ops], [try entry("10.0.0.9:999", "10.0.0.100:53", .udp)])
        #expect(report.first?.reason == .onePacket)
    }

    @Test("Orphans with different reasons are listed separately")
    func reasons() throws {
        let ops = try service(.address(.udp, try at("10.0.0.100:53")), [("10.0.0.3:53", .dr)], flags: .onePacket)
        let dr = try service(tcp(vip), [("10.0.0.3:80", .dr)])
        let table = [try entry("10.0.0.9:999", "10.0.0.100:53", .udp), try entry("10.0.0.9:999", vip)]
        let conclusion = flows([], [ops, dr], table).conclusion()
        #expect(conclusion.count == 3)
        #expect(conclusion.dropFirst().allSatisfy { $0.hasPrefix("1 entry") })
    }

    @Test("An entry whose connection appears in the second reading is not an orphan")
    func younger() throws {
        let dr = try service(tcp(vip), [("10.0.0.3:80", .dr)])
        var store = FlowStore()
        store.begin([dr], at: 0)
        store.endConnections(isWhole: true)
        for port in [998, 999] { store.take(try entry("10.0.0.9:\(port)", vip)) }
        store.endEntries(isWhole: true)
        #expect(store.hasFreshOrphans)
        store.takeLater([try connection("10.0.0.9:999", vip, "10.0.0.3:80")])
        var other = store
        store.finish(orphansAreKnown: true)
        #expect(FlowReport(store, sysctls(conntrack: "1")).flows.map(\.client.port) == [998])
        other.forgetOrphans()
        other.finish(orphansAreKnown: true)
        #expect(FlowReport(other, sysctls(conntrack: "1")).flows.count == 0)
    }

    @Test("All orphans are counted, and listed by client")
    func all() throws {
        let dr = try service(tcp(vip), [("10.0.0.3:80", .dr)])
        var orphan = try entry("10.0.0.9:1", vip)
        var table: [Entry] = []
        for port in (1...UInt16(12_000)).reversed() {
            orphan.original.discriminator = .ports(source: port, destination: 80)
            table.append(orphan)
        }
        let report = flows([], [dr], table)
        #expect(report.summaries([dr]).map { $0.count(.orphan) } == [12_000])
        #expect(report.flows.prefix(3).map(\.client.port) == [1, 2, 3])
    }
}
