import Addresses
import Collection
import Inspection
import TableSupport
import Testing

@testable import CTInspectCommand

/// Where connections come from, read from /proc beside a sync daemon.
struct SyncedFlowsTests {
    private static let server = Endpoint(IPAddress(ipv4: 0x0A00_0003), 80)
    private static let file = "proc/net/ip_vs_conn_sync"

    private func director(isBackup: Bool = true) -> SimulatedDirector {
        let director = SimulatedDirector()
        director.isBackup = isBackup
        director.services = [
            SimulatedService(.tcp, SimulatedDirector.vip(100), [SimulatedDestination(Self.server, method: 3)])
        ]
        for port: UInt16 in 1...3 {
            let client = Endpoint(IPAddress(ipv4: 0x0A00_0001), port)
            director.rows.append(SimulatedDirector.row(client, SimulatedDirector.vip(100), Self.server))
        }
        return director
    }

    /// The second list has the origin before the expiry, and nothing after it.
    private func origins(_ director: SimulatedDirector, _ origins: [String]) -> String {
        let rows = zip(director.rows, origins).map { row, origin in
            let words = row.split(separator: " ")
            return (words.prefix(8) + [Substring(origin)] + words.dropFirst(8).prefix(1)).joined(separator: " ")
        }
        let title = "Pro FromIP   FPrt ToIP     TPrt DestIP   DPrt State       Origin Expires"
        return ([title] + rows).joined(separator: "\n")
    }

    @Test("The second list tells which connections another director told of")
    func origins() throws {
        let director = director()
        director.files[Self.file] = origins(director, ["SYNC", "LOCAL", "SYNC"])
        let snapshot = try FlowCollector(director).snapshot()
        #expect(snapshot.report.flows.map(\.verdict) == [.synced, .absent, .synced])
        #expect(snapshot.losses.isEmpty)
    }

    @Test("What it does not list is uncertain, and if it cannot be read, that is a loss")
    func unread() throws {
        let partly = director()
        partly.files[Self.file] = origins(partly, ["SYNC", "LOCAL"])
        let flows = try FlowCollector(partly).snapshot().report.flows
        #expect(flows.map(\.doubts).map { $0.contains(Flow.incompleteReading) } == [false, false, true])
        let snapshot = try FlowCollector(director()).snapshot()
        #expect(snapshot.losses.map(\.what) == ["which connections another director told of"])
        #expect(
            snapshot.report.flows.allSatisfy { $0.verdict == .absent && $0.doubts.contains(Flow.incompleteReading) })
    }

    @Test("Without a sync daemon it is not read")
    func unneeded() throws {
        let director = director(isBackup: false)
        let snapshot = try FlowCollector(director).snapshot()
        #expect(snapshot.report.flows.allSatisfy { $0.verdict == .absent && $0.doubts.isEmpty })
        #expect(!director.questions.contains(.file(Self.file)))
    }
}
