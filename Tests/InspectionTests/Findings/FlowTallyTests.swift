import Addresses
import Conntrack
import IPVS
import Testing

@testable import Inspection

struct FlowTallyTests {
    /// A flow of each kind that is counted separately.
    private func director() throws -> (services: [Service], connections: [Connection], entries: [Entry]) {
        let services = [
            try service(tcp("10.0.0.100:80"), [("10.0.0.3:80", .dr)]),
            try service(tcp("10.0.0.101:80"), [("10.0.0.3:80", .nat)]),
            try service(.address(.udp, try at("10.0.0.100:53")), [("10.0.0.3:53", .dr)], flags: .onePacket),
        ]
        let connections = [
            try connection("10.0.0.1:1001", "10.0.0.100:80", "10.0.0.3:80", state: "SYN_RECV"),
            try connection("10.0.0.1:1002", "10.0.0.100:80", "10.0.0.3:80"),
            try connection("10.0.0.1:1003", "10.0.0.100:80", "10.0.0.3:80"),
            try connection("10.0.0.1:1004", "10.0.0.100:80", "10.0.0.9:80"),
            try connection("10.0.0.1:0", "10.0.0.101:80", "10.0.0.3:80", state: "LISTEN"),
            try connection("10.0.0.1:1005", "10.0.0.101:80", "10.0.0.3:80"),
        ]
        var entries = [
            try entry("10.0.0.1:1001", "10.0.0.100:80", id: 1), try entry("10.0.0.1:1002", "10.0.0.100:80", id: 2),
            try entry(
                "10.0.0.1:1005", "10.0.0.101:80", server: "10.0.0.3:80", status: [.confirmed, .seenReply], id: 3),
            try entry("10.0.0.9:99", "10.0.0.100:53", .udp, id: 4), try entry("10.0.0.9:99", "10.0.0.100:80", id: 5),
        ]
        for index in 0..<2 { entries[index].state = .tcp(.init(state: 1)) }
        entries[2].state = .tcp(.init(state: 3))
        entries[4].state = .tcp(.init(state: 1))
        return (services, connections, entries)
    }

    @Test("A snapshot and a live view count the same flows, each kind separately")
    func same() throws {
        let (services, connections, entries) = try director()
        let tally = FlowTally(flows(connections, services, entries))
        #expect(tally.connections == 6 && tally.count() == 8)
        #expect(tally.count { $0.isSynSent && $0.verdict == .unreplied } == 2)
        #expect(tally.count { $0.isHalfOpen } == 1)
        #expect(tally.count { $0.isExpected } == 1)
        #expect(tally.count { $0.isOnePacket } == 1)
        #expect(tally.count { $0.method == nil && $0.verdict != .orphan } == 1)
        #expect(tally.count { $0.verdict == .orphan && !$0.isOnePacket } == 1)
        var store = FlowStore()
        // An orphan counts from its second reading on.
        for second in UInt32(1)...3 { store.read(services, connections, entries, at: second) }
        #expect(FlowTally(store) == tally)
    }

    @Test("A filter counts its selection with all verdicts, and the total it was selected from")
    func filtered() throws {
        let (services, connections, entries) = try director()
        var report = flows(connections, services, entries)
        report.filter.services = [try #require(ServiceSelector("tcp/10.0.0.100:80"))]
        report.filter.verdicts = [.tracked]
        let tally = FlowTally(report)
        #expect(tally.connections == 4 && tally.count() == 5)
        #expect(tally.chosenFrom == 6 && tally.asked == [.tracked])
        report.filter.clients = [try #require(ClientSelector("10.0.0.1:1001"))]
        #expect(FlowTally(report).count() == 1)
    }
}
