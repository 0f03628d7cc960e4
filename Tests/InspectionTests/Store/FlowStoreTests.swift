import Addresses
import Conntrack
import Firewall
import IPVS
import Testing

@testable import Inspection

struct FlowStoreTests {
    let services: [Service]
    let client = "10.0.0.1:41048"
    let vip = "10.0.0.100:80"

    init() throws { services = [try service(tcp("10.0.0.100:80"), [("10.0.0.3:80", .dr)])] }

    func row(_ store: FlowStore) throws -> FlowRow {
        let slot = try #require(store.slot(of: FlowKey(protocol: .tcp, client: try at(client), server: try at(vip))))
        return try #require(store[slot])
    }

    func flow() throws -> Connection { try connection(client, vip, "10.0.0.3:80") }

    @Test("A row takes 64 bytes")
    func size() { #expect(MemoryLayout<FlowRow>.stride == 64) }

    private func watched() -> FlowStore {
        var store = FlowStore()
        store.beginWatch(at: 0)
        for second: UInt32 in 0..<2 { store.read(services, [], at: second) }
        return store
    }

    @Test("A connection that exists when the watch begins is absent, whatever follows")
    func older() throws {
        var store = FlowStore()
        store.beginWatch(at: 0)
        for second: UInt32 in 0..<5 { store.read(services, [try flow()], at: second) }
        #expect(try row(store).verdict == .absent)
        #expect(try row(store).appeared == 0)
    }

    @Test("A connection first shown by the second reading may be older, as a reading may skip a row")
    func passedOver() throws {
        var store = FlowStore()
        store.beginWatch(at: 0)
        store.read(services, [], at: 0)
        store.read(services, [try flow()], at: 1)
        #expect(try row(store).verdict == .absent)
    }

    @Test("A connection that begins during the watch without a NEW event is never; with one it is absent")
    func never() throws {
        var store = watched()
        store.read(services, [try flow()], at: 2)
        #expect(try row(store).verdict == .never)
        #expect(store.counts[.never] == 1)
        var other = watched()
        // Its NEW may arrive before its connection is read.
        other.takeNew(try entry(client, vip), at: 2)
        other.read(services, [try flow()], at: 3)
        #expect(try row(other).verdict == .absent)
        #expect(try row(other).newEvent == 2)
    }

    @Test("After a loss no flow is never, unless it began during a new watch")
    func loss() throws {
        var store = watched()
        store.read(services, [try flow()], at: 2)
        store.loseEvents()
        #expect(store.needsWatch)
        store.read(services, [try flow()], at: 3)
        #expect(try row(store).verdict == .absent)
        store.beginWatch(at: 4)
        store.read(services, [try flow()], at: 4)
        #expect(try row(store).verdict == .absent)
        #expect(!store.needsWatch)
    }

    @Test("The entry determines the verdict, and its state is shown; once it is gone, one lookup is requested")
    func entries() throws {
        var store = watched()
        var sent = try entry(client, vip)
        sent.state = .tcp(.init(state: 1))
        store.read(services, [try flow()], [sent], at: 2)
        #expect(try row(store).verdict == .unreplied)
        #expect(store.entryState(of: try row(store)) == "SYN_SENT")
        store.read(services, [try flow()], [try entry(client, vip, status: [.confirmed, .seenReply])], at: 3)
        #expect(try row(store).verdict == .tracked)
        var looks = 0
        for second: UInt32 in 4..<7 {
            store.read(services, [try flow()], at: second) { _ in
                looks += 1
                return nil
            }
        }
        #expect(looks == 1)
        #expect(try row(store).verdict == .absent)
        #expect(store.entryState(of: try row(store)) == nil)
    }

    @Test("A lookup result counts: an entry created while the table was read")
    func look() throws {
        var store = watched()
        let made = try entry(client, vip)
        store.read(services, [try flow()], at: 2) { _ in made }
        #expect(try row(store).verdict == .unreplied)
    }

    @Test("A connection that is gone disappears from the rows at once, and is forgotten after four readings without it")
    func gone() throws {
        var store = watched()
        store.read(services, [try flow()], at: 2)
        store.read(services, [], at: 3)
        #expect(store.counts == VerdictCounts())
        let key = FlowKey(protocol: .tcp, client: try at(client), server: try at(vip))
        #expect(store.slot(of: key).flatMap { store[$0] } == nil)
        store.read(services, [try flow()], at: 4)
        // It was only skipped, so its age is unchanged.
        #expect(try row(store).appeared == 2)
        for second: UInt32 in 5..<8 { store.read(services, [], at: second) }
        #expect(store.slot(of: key) != nil)
        store.read(services, [], at: 8)
        #expect(store.slot(of: key) == nil)
    }

    @Test("A truncated reading leaves what it did not reach unchanged, but doubtful")
    func cut() throws {
        var store = watched()
        store.read(services, [try flow()], [try entry(client, vip, status: [.seenReply])], at: 2)
        store.begin(services, at: 3)
        store.endConnections(isWhole: false)
        store.endEntries(isWhole: true)
        store.finish()
        #expect(try row(store).verdict == .tracked)
        #expect(try row(store).isDoubtful)
        #expect(FlowReport(store, Sysctls()).flows.map(\.doubts) == [[Flow.incompleteReading]])
    }

    @Test("An aborted reading has no effect")
    func abandoned() throws {
        var store = watched()
        store.begin(services, at: 2)
        store.take(try flow())
        store.read(services, [], at: 3)
        #expect(store.counts == VerdictCounts())
    }

    @Test("An entry for the service without a connection is an orphan from its second reading on")
    func orphan() throws {
        var store = FlowStore()
        let alone = try entry("10.0.0.9:5555", vip)
        store.read(services, [], [alone], at: 0)
        #expect(store.counts[.orphan] == 0)
        store.read(services, [], [alone], at: 1)
        #expect(store.counts[.orphan] == 1)
        store.read(services, [try connection("10.0.0.9:5555", vip, "10.0.0.3:80")], [alone], at: 2)
        #expect(store.counts[.orphan] == 0)
        #expect(store.counts[.unreplied] == 1)
        store.read(services, [], at: 3)
        #expect(store.counts == VerdictCounts())
    }

    @Test("Unrelated entries are ignored")
    func strangers() throws {
        var store = FlowStore()
        for second: UInt32 in 0..<3 { store.read(services, [], [try entry(client, "10.9.9.9:80")], at: second) }
        #expect(store.counts == VerdictCounts())
    }

    @Test("NAT: an entry may be found by its reply tuple alone, in a lookup and in the table")
    func reply() throws {
        let nat = [try service(tcp("10.0.0.101:80"), [("10.0.0.4:80", .nat)])]
        let flow = try connection(client, "10.0.0.101:80", "10.0.0.4:80")
        let found = try entry(client, "10.0.0.77:80", server: "10.0.0.4:80")
        var store = FlowStore()
        store.read(nat, [flow], at: 0) { tuples in
            #expect(tuples.count == 2)
            return found
        }
        #expect(store.counts[.unreplied] == 1)
        store.read(nat, [flow], [found], at: 1) { _ in
            Issue.record("it needs no look-up")
            return nil
        }
        #expect(store.counts[.unreplied] == 1)
        store.read([try service(tcp("10.0.0.101:80"), [("10.0.0.4:80", .dr)])], [flow], [found], at: 2)
        #expect(store.counts[.absent] == 1)
    }

    @Test("An entry created by the VIP's own packets also belongs to the flow, by its reply tuple")
    func madeByAnswers() throws {
        var store = FlowStore()
        store.read(services, [try flow()], [try entry(vip, client)], at: 0)
        #expect(store.counts[.unreplied] == 1)
        #expect(try row(store).isDoubtful)
    }

    @Test("A second dump settles everything lookups would, finds entries created since, and makes no orphans")
    func secondDump() throws {
        let ports = 1...4
        let connections = try ports.map { try connection("10.0.0.1:\($0)", vip, "10.0.0.3:80") }
        var store = FlowStore()
        store.begin(services, at: 0)
        for connection in connections { store.take(connection) }
        store.endConnections(isWhole: true)
        store.take(try entry("10.0.0.1:1", vip, id: 1))
        store.endEntries(isWhole: true)
        #expect(store.unsettledCount == 3)
        // The first attempt is interrupted, and its result is discarded.
        store.beginSecondDump()
        store.take(try entry("10.0.0.1:4", vip, id: 4))
        store.beginSecondDump()
        // The first flow's entry was replaced by another one meanwhile; that does not make two entries.
        for (port, id) in [(1, 9), (2, 2), (7, 7)] { store.take(try entry("10.0.0.1:\(port)", vip, id: UInt32(id))) }
        store.endSecondDump(isWhole: true)
        #expect(store.unsettledCount == 0)
        store.finish(orphansAreKnown: true)
        let flows = Array(FlowReport(store, sysctls(conntrack: "0")).flows)
        #expect(flows.map(\.verdict) == [.unreplied, .unreplied, .absent, .absent])
        #expect(flows.allSatisfy { $0.doubts.isEmpty })
    }

    @Test("A repeated dump starts from scratch")
    func repeatedDump() throws {
        var store = FlowStore()
        store.begin(services, at: 0)
        store.take(try flow())
        store.endConnections(isWhole: true)
        store.take(try entry(client, vip, zone: 3))
        store.take(try entry("10.0.0.9:9", vip))
        store.beginEntries()
        #expect(store.zones.isEmpty)
        store.endEntries(isWhole: true)
        #expect(store.unsettledCount == 1)
        store.endSecondDump(isWhole: true)
        store.finish(orphansAreKnown: true)
        #expect(FlowReport(store, sysctls(conntrack: "0")).flows.map(\.verdict) == [.absent])
    }

    @Test("A flow is news once when it begins, and once when its verdict changes")
    func onceNews() throws {
        var store = FlowStore()
        func news() -> [FlowVerdict] {
            FlowReport(store, sysctls(conntrack: "0")).flows.filtered(\.isNews).map(\.verdict)
        }
        store.read(services, [try flow()], at: 0)
        #expect(news() == [.absent])
        store.read(services, [try flow()], at: 1)
        #expect(news().isEmpty)
        store.read(services, [try flow()], [try entry(client, vip)], at: 2)
        #expect(news() == [.unreplied])
    }

    @Test("For a service added after the watch began, nothing is proven at once")
    func newService() throws {
        var store = FlowStore()
        store.beginWatch(at: 0)
        for second: UInt32 in 0..<3 { store.read([], [], at: second) }
        store.read(services, [try flow()], at: 3)
        #expect(try row(store).verdict == .absent)
    }

    @Test("A connection waiting for its first packet is not called never")
    func expected() throws {
        var store = watched()
        store.read(services, [try connection("10.0.0.1:0", vip, "10.0.0.3:80", state: "LISTEN")], at: 2)
        #expect(store.counts[.absent] == 1)
    }

    @Test("Packets' ctstates are noted with their flow; an ICMP error's with the flow of the quoted packet")
    func packets() throws {
        var store = watched()
        store.read(services, [try flow()], at: 2)
        let source = try at(client)
        let target = try at(vip)
        var headers = PacketHeaders(from: source.address, to: target.address, protocol: .tcp, length: 40)
        (headers.sourcePort, headers.destinationPort) = (source.port, target.port)
        #expect(store.note(headers, .new) != nil)
        var error = PacketHeaders(from: source.address, to: target.address, protocol: .icmp, length: 68)
        error.embedded = EmbeddedFlow(.tcp, from: target.address, target.port, to: source.address, source.port)
        #expect(store.note(error, .invalid) != nil)
        #expect(try row(store).ctstates.text == "NEW,INVALID" || row(store).ctstates.text == "INVALID,NEW")
        headers.sourcePort = 1
        #expect(store.note(headers, .new) == nil)
    }

    @Test("Routes of flows that are gone are forgotten, and the others stay")
    func routes() throws {
        let marked = [try service(.fwmark(7, .ipv4), [("10.0.0.3:80", .dr)])]
        var store = FlowStore()
        let many = try (0..<6000).map { number in
            try connection("10.0.0.1:\(number + 1)", "10.1.\(number / 250).\(number % 250 + 1):80", "10.0.0.3:80")
        }
        store.read(marked, many, at: 0)
        #expect(store.routes.count == 6000)
        for second: UInt32 in 1..<7 { store.read(marked, Array(many.suffix(10)), at: second) }
        #expect(store.routes.count == 10)
        #expect(store.counts[.absent] == 10)
        #expect(
            store.route(of: try #require(store[store.slot(of: FlowKey(many[5999])) ?? 0])).virtual == many[5999].virtual
        )
    }
}

extension FlowKey {
    fileprivate init(_ connection: Connection) {
        self = .original(connection)
    }
}
