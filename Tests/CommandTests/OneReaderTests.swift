import Collection
import Addresses
import Conntrack
import IPVS
import Inspection
import Netlink
import TableSupport
import Testing

@testable import CTInspectCommand
@testable import Terminal

/// `flows` and `watch` use the same reader and the same store; their requests differ, but their verdicts must not.
struct OneReaderTests {
    /// The content of a live screen after two readings.
    private func watched(_ director: SimulatedDirector) throws -> FlowStore {
        let setting = Model.Setting(host: "lb1", networkNamespace: nil, kernelRelease: "6.1.0")
        let model = Model(
            setting, size: Size(columns: 80, rows: 24), hasIPVS: true)
        let session = WatchSession(director, model, events: nil, interval: .seconds(1))
        session.read()
        session.read()
        #expect(session.feed.failure == nil)
        return session.model.director.store
    }

    @Test("flows and watch give each connection the same verdict", arguments: 0..<200)
    func sameVerdicts(seed: UInt64) throws {
        let report = try FlowCollector(SimulatedDirector(seed: seed)).snapshot().report
        let store = try watched(SimulatedDirector(seed: seed))
        for flow in report.flows {
            let slot = store.slot(of: FlowKey(protocol: flow.protocol, client: flow.client, server: flow.virtual))
            let row = slot.flatMap { store[$0] }
            #expect(row?.verdict == flow.verdict, "seed \(seed): \(flow.client) > \(flow.virtual) \(flow.doubts)")
            #expect(row.map { store.route(of: $0).method } == flow.method, "seed \(seed)")
        }
        for verdict in FlowVerdict.allCases {
            #expect(report.flows.count { $0.verdict == verdict } == store.counts[verdict], "seed \(seed): \(verdict)")
        }
    }

    /// A director with this many connections, half of which have an entry, and the entries of others.
    private func large(_ count: Int, others: Int) -> SimulatedDirector {
        let director = SimulatedDirector()
        let server = SimulatedDestination(Endpoint(IPAddress(ipv4: 0x0A00_0003), 80), method: 3)
        director.services = [SimulatedService(.tcp, SimulatedDirector.vip(100), [server])]
        for number in 0..<count {
            let client = Endpoint(IPAddress(ipv4: 0x0A01_0000 + UInt32(number)), 40_000)
            director.rows.append(SimulatedDirector.row(client, SimulatedDirector.vip(100), server.endpoint))
            if number % 2 == 0 {
                director.entries.append(
                    SimulatedEntry(from: client, to: SimulatedDirector.vip(100), id: UInt32(number + 1)))
            }
        }
        for number in 0..<others {
            let client = Endpoint(IPAddress(ipv4: 0x0A08_0000 + UInt32(number)), 40_000)
            let elsewhere = Endpoint(IPAddress(ipv4: 0x0808_0808), 443)
            director.entries.append(SimulatedEntry(from: client, to: elsewhere, id: UInt32(count + number + 1)))
        }
        director.files["proc/sys/net/netfilter/nf_conntrack_count"] = "\(director.entries.count)"
        return director
    }

    @Test(
        "Many flows without an entry are settled by a second dump instead of lookups, with the same result")
    func bulk() throws {
        let director = large(9000, others: 0)
        let counts = try FlowCollector(director).snapshot().report.flows.reduce(into: [:]) {
            $0[$1.verdict, default: 0] += 1
        }
        #expect(counts == [.absent: 4500, .unreplied: 4500])
        #expect(director.questions.count { $0 == .dump() } == 2)
        #expect(!director.questions.contains(.lookup))
        let few = large(4000, others: 0)
        #expect(try FlowCollector(few).snapshot().report.flows.count { $0.verdict == .absent } == 2000)
        #expect(few.questions.count { $0 == .lookup } == 2000)
    }

    @Test("A table that changes between requests: an entry created after the first dump is found by the second")
    func changing() throws {
        let director = large(9000, others: 0)
        let late = SimulatedEntry(
            from: Endpoint(IPAddress(ipv4: 0x0A01_0001), 40_000), to: SimulatedDirector.vip(100), id: 70_001)
        var dumps = 0
        director.beforeAnswer = { director, question in
            guard case .dump = question else { return }
            dumps += 1
            // One flow's entry is created after the first dump; another's ends, but existed when the connection did.
            if dumps == 2 {
                director.entries.removeFirst()
                director.entries.append(late)
            }
        }
        let flows = Array(try FlowCollector(director).snapshot().report.flows)
        #expect(flows[1].verdict == .unreplied)
        #expect(flows[0].verdict == .unreplied)
        #expect(flows[3].verdict == .absent)
        #expect(flows.allSatisfy { $0.doubts.isEmpty })
    }

    @Test(
        "If most of a large table is unrelated, the kernel filters by VIP, with the same result"
    )
    func narrowed() throws {
        let (plain, filtering) = (large(60, others: 60_000), large(60, others: 60_000))
        filtering.filters = true
        let orphan = SimulatedEntry(
            from: Endpoint(IPAddress(ipv4: 0x0A00_0909), 1), to: SimulatedDirector.vip(100), id: 99_999)
        let answered = SimulatedEntry(
            from: SimulatedDirector.vip(100), to: Endpoint(IPAddress(ipv4: 0x0A01_0001), 40_000), id: 99_998)
        for director in [plain, filtering] { director.entries += [orphan, answered] }
        let reports = try [plain, filtering].map { try FlowCollector($0).snapshot().report }
        let flows = reports.map { report in report.flows.map { "\($0.client) \($0.verdict) \($0.doubts)" } }
        #expect(flows[0] == flows[1])
        #expect(flows[0].count == 61)
        #expect(plain.questions.contains(.dump()))
        #expect(!filtering.questions.contains(.dump()))
    }

    @Test("If the kernel cannot filter by the VIP's address, the full dump is used", arguments: 0..<3)
    func fullDump(_ kind: Int) throws {
        let director = large(60, others: 60_000)
        director.filters = true
        let server = Endpoint(IPAddress(ipv4: 0x0A00_0003), 80)
        switch kind {
        case 0: director.services.append(SimulatedService(mark: 7, [SimulatedDestination(server, method: 3)]))
        case 1:
            director.services.append(
                SimulatedService(.tcp, SimulatedDirector.vip(101), [SimulatedDestination(server, method: 0)]))
        default: director.services.append(SimulatedService(.tcp, SimulatedDirector.vip6, []))
        }
        _ = try FlowCollector(director).snapshot()
        #expect(director.questions.contains(.dump()))
    }
}
