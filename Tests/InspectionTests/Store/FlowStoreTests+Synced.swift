import Addresses
import Conntrack
import IPVS
import Testing

@testable import Inspection

/// Connections that another director's sync daemon told of (`ip_vs_proc_conn`, net/netfilter/ipvs/ip_vs_sync.c).
extension FlowStoreTests {
    private static let threshold = "3\t50"

    private func learned(packets: UInt32, _ flags: ConnectionDetails.Flags = .synchronized) throws -> Connection {
        var connection = try flow()
        connection.details = ConnectionDetails(.dr, flags: flags, packets: packets)
        return connection
    }

    private func context(_ threshold: String?) -> FlowContext {
        var sysctls = sysctls(conntrack: "0")
        sysctls.values[Sysctls.syncThreshold] = threshold
        return FlowContext(sysctls)
    }

    @Test(
        "Without a packet since the other director's last message it is synced, with one absent; unknown, it is in doubt",
        arguments: [
            (3, threshold, .synced, false), (4, threshold, .absent, false), (3, nil, .synced, true),
            (2, threshold, .synced, true), (0, "0 50", .synced, false), (7, "x", .synced, true),
        ] as [(UInt32, String?, FlowVerdict, Bool)])
    func synced(packets: UInt32, threshold: String?, verdict: FlowVerdict, isDoubtful: Bool) throws {
        var store = FlowStore()
        store.read(services, [try learned(packets: packets)], at: 0, context(threshold))
        #expect(try row(store).verdict == verdict && row(store).isDoubtful == isDoubtful)
        #expect(store.counts[verdict] == 1 && store.counts.connections == 1)
        let doubts = store.doubts(of: try row(store), at: 0)
        #expect(doubts == (isDoubtful ? [Flow.unknownPackets] : []))
    }

    @Test(
        "Where nothing is learned any more, as after a failover, one whose packets are not known counts as absent, in doubt"
    )
    func failedOver() throws {
        var context = context(Self.threshold)
        context.isBackup = false
        for (packets, verdict) in [(3, .synced), (2, .absent), (4, .absent)] as [(UInt32, FlowVerdict)] {
            var store = FlowStore()
            store.read(services, [try learned(packets: packets)], at: 0, context)
            #expect(try row(store).verdict == verdict && row(store).isDoubtful == (packets == 2))
            #expect(store.counts[verdict] == 1)
        }
    }

    @Test("One that was made here needs no threshold, and one with an entry has its verdict")
    func notSynced() throws {
        var store = FlowStore()
        store.read(services, [try learned(packets: 3, [])], at: 0, context(Self.threshold))
        #expect(try row(store).verdict == .absent && !row(store).isDoubtful)
        store.read(services, [try learned(packets: 3)], [try entry(client, vip)], at: 1, context(Self.threshold))
        #expect(try row(store).verdict == .unreplied && !row(store).isDoubtful)
    }

    @Test("A connection that another director told of is never never: it did not begin here")
    func notNever() throws {
        var store = FlowStore()
        store.beginWatch(at: 0)
        for second: UInt32 in 0..<3 { store.read(services, [], at: second, context(Self.threshold)) }
        let made = try connection("10.0.0.9:1", vip, "10.0.0.3:80", details: ConnectionDetails(.dr, packets: 4))
        store.read(services, [try learned(packets: 4), made], at: 3, context(Self.threshold))
        #expect(store.counts[.absent] == 1 && store.counts[.never] == 1)
    }

    @Test(
        "Where /proc is read, its second list says what was learned; what that does not list is uncertain, and not never"
    )
    func origins() throws {
        func origin(_ client: String, _ isSynchronized: Bool) throws -> Connection {
            var connection = try connection(client, vip, "10.0.0.3:80")
            connection.isSynchronized = isSynchronized
            return connection
        }
        let clients = ["10.0.0.9:1", "10.0.0.9:2", "10.0.0.9:3"]
        let origins = [try origin(clients[0], true), try origin(clients[1], false), try origin("10.0.0.9:4", true)]
        var store = FlowStore()
        store.beginWatch(at: 0)
        for second: UInt32 in 0..<3 { store.read(services, [], at: second) }
        store.begin(services, at: 3, context(Self.threshold))
        store.take(try clients.map { try connection($0, vip, "10.0.0.3:80") })
        store.endConnections(isWhole: true)
        store.expectOrigins()
        store.takeOrigins(origins)
        store.endEntries(isWhole: true)
        for slot in store.unsettled(atMost: .max) { store.look(slot, found: nil) }
        store.finish()
        let flows = FlowReport(store, sysctls(conntrack: "0")).flows.sorted { $0.client.port < $1.client.port }
        #expect(flows.map(\.verdict) == [.synced, .never, .absent])
        #expect(flows.map(\.doubts) == [[Flow.unknownPackets], [], [Flow.incompleteReading]])
    }

    @Test("Findings leave them out of every sum but their own, and nothing is wrong with them")
    func findings() throws {
        var sysctls = sysctls(conntrack: "0")
        sysctls.values[Sysctls.syncThreshold] = Self.threshold
        var store = FlowStore()
        store.read(services, [try learned(packets: 3)], at: 0, context(Self.threshold))
        let alone = FlowFindings(FlowTally(store), services, sysctls).all
        #expect(alone.map(\.id) == [.flows(.synced)] && alone.worst == nil)
        let made = try connection("10.0.0.9:1", vip, "10.0.0.3:80", details: ConnectionDetails(.dr, packets: 4))
        store.read(services, [try learned(packets: 3), made], at: 1, context(Self.threshold))
        let both = FlowFindings(FlowTally(store), services, sysctls).all
        #expect(both.map(\.id) == [.flows(.absent), .flows(.synced), .endsInvalid])
        #expect(both.last?["absent"] == 1 && both.last?["connections"] == 1)
    }
}
