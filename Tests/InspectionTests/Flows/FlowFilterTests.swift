import Addresses
import Conntrack
import IPVS
import Testing

@testable import Inspection

struct FlowFilterTests {
    private func snapshot() throws -> FlowSnapshot {
        let services = [
            try service(tcp("10.0.0.100:80"), [("10.0.0.3:80", .dr)]),
            try service(.address(.udp, try at("10.0.0.100:53")), [("10.0.0.3:53", .dr)]),
            try service(.fwmark(7, .ipv4), [("10.0.0.4:0", .dr)]),
        ]
        let connections = [
            try connection("10.0.0.1:1001", "10.0.0.100:80", "10.0.0.3:80"),
            try connection("10.0.1.2:1002", "10.0.0.100:53", "10.0.0.3:53", .udp),
            try connection("10.0.1.3:1003", "10.0.0.101:443", "10.0.0.4:443"),
        ]
        return FlowSnapshot(
            Origin(
                takenAt: Moment(nanoseconds: 1_795_406_400_000_000_000), host: "lb1", kernelRelease: "6.1",
                networkNamespace: nil),
            sysctls: sysctls(conntrack: "0"), services: services, report: flows(connections, services, []), losses: [])
    }

    private func ports(service: String? = nil, client: String? = nil) throws -> [UInt16] {
        var filter = FlowFilter()
        if let service { filter.services = [try #require(ServiceSelector(service))] }
        if let client { filter.clients = [try #require(ClientSelector(client))] }
        return try snapshot().narrowed(by: filter).report.flows.map(\.client.port)
    }

    @Test("Services are selected by address, port, protocol or mark")
    func services() throws {
        #expect(try ports() == [1001, 1002, 1003])
        #expect(try ports(service: "10.0.0.100") == [1001, 1002])
        #expect(try ports(service: "10.0.0.100:80") == [1001])
        #expect(try ports(service: "udp/10.0.0.100") == [1002])
        #expect(try ports(service: "tcp/10.0.0.100:53") == [])
        #expect(try ports(service: "fwmark:7") == [1003])
        #expect(try ports(service: "fwmark:8") == [])
    }

    @Test("A service with port 0 does not hide its flows from a filter for a single port")
    func everyPort() throws {
        let all = try service(tcp("10.0.0.100:0"), [("10.0.0.3:0", .dr)], flags: .persistent)
        var snapshot = try snapshot()
        snapshot.services = [all]
        snapshot.report = flows([try connection("10.0.0.1:1001", "10.0.0.100:80", "10.0.0.3:80")], [all], [])
        var filter = FlowFilter()
        filter.services = [try #require(ServiceSelector("10.0.0.100:80"))]
        #expect(snapshot.narrowed(by: filter).report.flows.count == 1)
        filter.services = [try #require(ServiceSelector("10.0.0.100:81"))]
        #expect(
            snapshot.narrowed(by: filter).report.conclusion() == ["No flow matches the filter; IPVS has 1 connection."])
    }

    @Test("Clients are selected by address, prefix or port")
    func clients() throws {
        #expect(try ports(client: "10.0.1.2") == [1002])
        #expect(try ports(client: "10.0.1.0/24") == [1002, 1003])
        #expect(try ports(client: "10.0.1.3:1003") == [1003])
        #expect(try ports(client: "10.0.1.3:1004") == [])
    }

    @Test(
        "Templates are selected as flows are, as far as they have what is asked for",
        arguments: [
            ("dst=10.0.0.100", 1), ("src=10.0.1.0/24 or server=10.0.0.4", 1), ("service=fwmark:7", 1), ("mark=7", 1),
            ("protocol=udp", 0), ("state=none", 2), ("method=dr", 2), ("verdict=absent", 0), ("dport>1000", 0),
            ("10.0.0.3", 1), ("!dst=10.0.0.100", 1), ("timeout>800", 2),
        ])
    func templates(_ line: String, _ count: Int) throws {
        var store = FlowStore(keepsTemplates: true)
        let services = try snapshot().services
        let templates = [
            try connection("10.0.0.1:0", "10.0.0.100:80", "10.0.0.3:80", state: "NONE"),
            try connection("10.0.0.2:0", "0.0.0.7:0", "10.0.0.4:0", .ip, state: "NONE"),
        ]
        store.read(services, templates, at: 0)
        var report = FlowReport(store, sysctls(conntrack: "0"))
        #expect(report.templates.count == 2)
        report.filter.expression = try FilterExpression.read(line, for: .flows(.none))
        #expect(report.templates.count == count)
    }

    @Test("The counts of a listed service stay complete, whichever verdicts are shown")
    func counts() throws {
        var filter = FlowFilter()
        filter.verdicts = [.tracked]
        let narrowed = try snapshot().narrowed(by: filter)
        #expect(narrowed.summaries.map { $0.count(.absent) } == [1, 1, 1])
        #expect(narrowed.report.flows.count == 0)
    }

    @Test(
        "Invalid selectors are rejected",
        arguments: ["", "10.0.0", "fwmark:x", "xyz/10.0.0.1", "10.0.0.1:99999", "::1:x"])
    func refused(_ text: String) { #expect(ServiceSelector(text) == nil) }
}
