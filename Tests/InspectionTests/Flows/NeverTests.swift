import Addresses
import Conntrack
import IPVS
import Testing

@testable import Inspection

struct NeverTests {
    private let vip = "10.0.0.100:80"

    private func row(_ port: Int, vip: String? = nil) throws -> Connection {
        try connection("10.0.0.1:\(port)", vip ?? self.vip, "10.0.0.3:80")
    }

    @Test("Never requires that the flow began during the watch, with no entry then or since; neither is enough alone")
    func never() throws {
        let dr = try service(tcp(vip), [("10.0.0.3:80", .dr)])
        var store = FlowStore()
        store.beginWatch(at: 0)
        for _ in 0..<2 { store.read([dr], [try row(1)], [try entry("10.0.0.1:2", vip)], at: 0) }
        store.takeNew(try entry("10.0.0.1:3", vip), at: 1)
        store.takeNew(try entry("10.0.0.1:4", "10.0.0.200:80"), at: 1)
        let rows = try [1, 2, 3, 4, 5].map { try row($0) }
        store.read([dr], rows, [try entry("10.0.0.1:5", vip)], at: 2)
        let flows = FlowReport(store, sysctls(conntrack: "0")).flows.sorted { $0.client.port < $1.client.port }
        #expect(flows.map(\.verdict) == [.absent, .absent, .absent, .never, .unreplied])
        #expect(store.evidence?.events == 2)
    }

    @Test("A service by firewall mark may have any address, but only once a connection has shown it")
    func marks() throws {
        let marked = try service(.fwmark(7, .ipv4), [("10.0.0.3:80", .dr)])
        var store = FlowStore()
        store.beginWatch(at: 0)
        for _ in 0..<2 { store.read([marked], [try row(1, vip: "10.9.9.9:443")], at: 0) }
        store.takeNew(try entry("10.0.0.1:3", "10.9.9.9:443"), at: 1)
        store.read([marked], try [1, 3, 4].map { try row($0, vip: "10.9.9.9:443") }, at: 2)
        #expect(FlowReport(store, sysctls(conntrack: "0")).flows.map(\.verdict) == [.absent, .absent, .never])
        store.read([marked], [try row(5, vip: "10.8.8.8:443")], at: 3)
        let fresh = FlowReport(store, sysctls(conntrack: "0")).flows.first { $0.client.port == 5 }
        #expect(fresh?.verdict == .absent)
    }

    @Test("The conclusion says what was watched, and that absent flows may be older")
    func conclusion() throws {
        let dr = try service(tcp(vip), [("10.0.0.3:80", .dr)])
        var store = FlowStore()
        store.beginWatch(at: 0)
        for second: UInt32 in 0..<2 { store.read([dr], [try row(1)], at: second) }
        store.read([dr], [try row(1), try row(2)], at: 30)
        let proof = NewEventProof(from: Moment(nanoseconds: 0), to: Moment(nanoseconds: 30_000_000_000), events: 0)
        let words = FlowReport(store, sysctls(conntrack: "0"), proof: proof).conclusion()
        #expect(
            words.first?.hasPrefix(
                "1 of 2 connections began and never was in the conntrack table (watched for 30 s, 0 NEW events, none lost)"
            )
                == true)
        #expect(words.contains { $0.contains("is absent from the conntrack table, and may be older than the watch") })
        #expect(words.contains { $0.contains("FINs, RSTs and ICMP errors") })
    }
}
