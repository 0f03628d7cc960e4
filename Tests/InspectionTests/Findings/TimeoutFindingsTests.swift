import Addresses
import Conntrack
import IPVS
import Testing

@testable import Inspection
@testable import Reports

/// Connections and entries that live for different times without a packet.
struct TimeoutFindingsTests {
    private let vip = "10.0.0.100:80"
    private let server = "10.0.0.3:80"
    private let client = "10.0.0.1:1001"

    private func findings(
        _ transport: IPProtocol, _ state: ConnectionState, _ entryState: TrackedTCP.State? = nil, ipvs: UInt32?,
        _ values: [String: Int], hasEntry: Bool = true, left: UInt32? = nil, isFixed: Bool = false
    ) throws -> [Finding] {
        let service = try service(.address(transport, at(vip)), [(server, .nat)])
        var sysctls = sysctls(conntrack: "1")
        for (name, value) in values { sysctls.values["net.netfilter.nf_conntrack_" + name] = String(value) }
        var context = FlowContext(sysctls)
        var timeouts = Director.Timeouts()
        (timeouts.tcp, timeouts.udp) = (ipvs, ipvs)
        context.timeouts = timeouts
        var entry = try entry(client, vip, server: server, transport, status: [.confirmed, .seenReply])
        entry.timeout = left
        if isFixed { entry.status.insert(.fixedTimeout) }
        entry.state = entryState.map { .tcp(.init(state: $0.rawValue)) }
        var store = FlowStore()
        let connection = try connection(client, vip, server, transport, state: state)
        store.read([service], [connection], hasEntry ? [entry] : [], at: 0, context)
        return FlowFindings(FlowTally(store), [service], sysctls).all.filter {
            [.tcpTimeoutsDiffer, .udpTimeoutsDiffer].contains($0.id)
        }
    }

    @Test(
        "An entry that certainly lives by another timeout than the setting's is not compared with it",
        arguments: [(432_000, false, 1), (432_001, false, 0), (10, false, 1), (10, true, 0)] as [(UInt32, Bool, Int)])
    func policy(left: UInt32, isFixed: Bool, count: Int) throws {
        let days = ["tcp_timeout_established": 432_000]
        let own = try findings(.tcp, "ESTABLISHED", .established, ipvs: 900, days, left: left, isFixed: isFixed)
        #expect(own.count == count)
        #expect(own.first.map { $0["of_own_timeout"] == nil } ?? true)
    }

    @Test("Beside one that lives by the setting it is counted")
    func some() throws {
        var finding = try #require(
            try findings(.tcp, "ESTABLISHED", .established, ipvs: 900, ["tcp_timeout_established": 432_000]).first)
        #expect(!finding.reason.contains("of its own"))
        finding.evidence.append(.init("of_own_timeout", 1))
        #expect(finding.reason.contains(" 1 more has an entry that lives by a timeout of its own"))
        // What `FlowContext.hasOwnTimeout` sees.
        #expect(finding.reason.contains("own: a rule, conntrack(8) or a flowtable gave it"))
    }

    @Test(
        "An established TCP flow whose connection IPVS forgets first; equal timeouts, others and absent flows are none")
    func tcp() throws {
        let days = ["tcp_timeout_established": 432_000]
        let found = try findings(.tcp, "ESTABLISHED", .established, ipvs: 900, days)
        #expect(found.map(\.id) == [.tcpTimeoutsDiffer] && found.map(\.severity) == [.info])
        #expect(found.first?.evidence.map(\.value) == [1, 900, 432_000])
        #expect(found.first?.reason.contains("left to the director's own stack and reset") == true)
        #expect(try findings(.tcp, "ESTABLISHED", .established, ipvs: 432_000, days).isEmpty)
        #expect(try findings(.tcp, "FIN_WAIT", .established, ipvs: 900, days).isEmpty)
        #expect(try findings(.tcp, "ESTABLISHED", .synSent, ipvs: 900, days).isEmpty)
        #expect(try findings(.tcp, "ESTABLISHED", .established, ipvs: 900, days, hasEntry: false).isEmpty)
        // What was not read differs from nothing.
        #expect(try findings(.tcp, "ESTABLISHED", .established, ipvs: nil, days).isEmpty)
        #expect(try findings(.tcp, "ESTABLISHED", .established, ipvs: 900, [:]).isEmpty)
    }

    @Test("A UDP flow whose entry goes first, with both of conntrack's timeouts")
    func udp() throws {
        let found = try findings(.udp, "UDP", ipvs: 300, ["udp_timeout": 30, "udp_timeout_stream": 120])
        #expect(found.map(\.id) == [.udpTimeoutsDiffer])
        #expect(found.first?.evidence.map(\.value) == [1, 300, 30, 120])
        #expect(found.first?.reason.contains("a late answer of an idle one finds no entry") == true)
        #expect(try findings(.udp, "UDP", ipvs: 300, ["udp_timeout": 300, "udp_timeout_stream": 300]).isEmpty)
        #expect(try findings(.udp, "UDP", ipvs: 300, ["udp_timeout": 30]).isEmpty)
    }
}
