import Addresses
import Conntrack
import IPVS
import Testing

@testable import Inspection

/// What the kernel's own table says of a connection beyond /proc.
extension FlowStoreTests {
    private func known(_ flags: ConnectionDetails.Flags = [], mark: UInt32 = 0, packets: UInt32 = 1) throws
        -> Connection
    {
        var connection = try flow()
        connection.details = ConnectionDetails(.dr, flags: flags, firewallMark: mark, packets: packets)
        return connection
    }

    @Test("What /proc lacks is kept as last read, and forgotten if the connection comes from /proc again")
    func details() throws {
        var store = FlowStore()
        store.read(services, [try known([.nfct, .synchronized], mark: 9, packets: 4)], at: 0)
        #expect(try row(store).packets == 4 && row(store).firewallMark == 9)
        #expect(try row(store).flags?.names == ["nfct", "sync"])
        #expect(store.hasDetails)
        store.read(services, [try known(packets: 5)], at: 1)
        #expect(try row(store).packets == 5 && row(store).firewallMark == 0 && row(store).flags == [])
        store.read(services, [try flow()], at: 2)
        #expect(try row(store).packets == nil && row(store).firewallMark == nil && row(store).flags == nil)
        #expect(try row(store).appeared == 0 && !store.hasDetails)
    }

    @Test("Settled in slices, a reading is what it is settled at once", arguments: [1, 3, 100])
    func slices(_ rows: Int) throws {
        func store(_ finish: (inout FlowStore) -> Void) throws -> FlowStore {
            var store = FlowStore()
            store.begin(services, at: 0)
            for number in 1...10 { store.take(try connection("10.0.0.1:\(number)", vip, "10.0.0.3:80")) }
            store.endConnections(isWhole: true)
            for number in [2, 3, 99] { store.take(try entry("10.0.0.1:\(number)", vip, id: UInt32(number))) }
            store.endEntries(isWhole: true)
            for slot in store.unsettled(atMost: .max) { store.look(slot, found: nil) }
            finish(&store)
            return store
        }
        let whole = try store { $0.finish(orphansAreKnown: true) }
        let sliced = try store {
            $0.beginFinish(took: 0, orphansAreKnown: true)
            #expect($0.counts == VerdictCounts())
            while !$0.goOnFinishing(rows) {}
        }
        #expect(sliced.counts == whole.counts && whole.counts[.unreplied] == 2 && whole.counts[.orphan] == 1)
        for slot in 0..<UInt32(whole.slotCount) { #expect(sliced[slot]?.verdict == whole[slot]?.verdict) }
        #expect(sliced.readings == 1 && !sliced.isReading)
    }

    @Test("A mark leads to a service as soon as there is one of it, and is no reason for a route of its own before")
    func mark() throws {
        var store = FlowStore()
        store.read(services, [try known(mark: 9)], at: 0)
        #expect(store.route(of: try row(store)).service == services[0].identity)
        let routes = store.routes.count
        let marked = try service(.fwmark(9, .ipv4), [("10.0.0.3:0", .dr)])
        store.read(services + [marked], [try known(mark: 9)], at: 1)
        #expect(store.route(of: try row(store)).service == marked.identity)
        #expect(try row(store).appeared == 0)
        store.read(services, [try known(mark: 10)], at: 2)
        #expect(store.route(of: try row(store)).service == services[0].identity)
        #expect(store.routes.count == routes + 1)
        #expect(store.counts[.absent] == 1)
    }

    @Test(
        "A connection's own flag explains its verdict, whatever the setting is now",
        arguments: [
            (nil, "0", .untracked(.dr, by: .setting)), (nil, "1", .unexplained(by: .setting)),
            ([], "0", .untracked(.dr, by: .setting)), ([], "1", .untracked(.dr, by: .flag)),
            ([.nfct, .synchronized], "1", .synchronized), ([.synchronized], "0", .synchronized),
            ([.nfct], "0", .unexplained(by: .flag)), ([.nfct], "1", .unexplained(by: .flag)),
        ] as [(ConnectionDetails.Flags?, String, VerdictReason)])
    func reasons(flags: ConnectionDetails.Flags?, setting: String, reason: VerdictReason) throws {
        var store = FlowStore()
        store.read(services, [try flags.map { try known($0) } ?? flow()], at: 0)
        #expect(store.reason(of: try row(store), sysctls(conntrack: setting)) == reason)
    }

    @Test(
        "The same with an entry that has seen one direction",
        arguments: [
            (nil, "0", .unexpected(by: .setting)), (nil, "1", .answeredElsewhere(confirmedBy: .setting)),
            ([], "0", .unexpected(by: .flag)), ([], "1", .unexpected(by: .flag)),
            ([.nfct], "0", .answeredElsewhere(confirmedBy: .flag)),
            ([.nfct], "1", .answeredElsewhere(confirmedBy: .setting)),
        ] as [(ConnectionDetails.Flags?, String, VerdictReason)])
    func unrepliedReasons(flags: ConnectionDetails.Flags?, setting: String, reason: VerdictReason) throws {
        var store = FlowStore()
        store.read(services, [try flags.map { try known($0) } ?? flow()], [try entry(client, vip)], at: 0)
        #expect(store.reason(of: try row(store), sysctls(conntrack: setting)) == reason)
    }
}
