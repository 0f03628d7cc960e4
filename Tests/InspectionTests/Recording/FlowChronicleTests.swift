import Addresses
import Conntrack
import IPVS
import TestSupport
import Testing

@testable import Inspection

struct FlowChronicleTests {
    private let services: [Service]
    private let vip = "10.0.0.100:80"
    private let server = "10.0.0.3:80"

    init() throws { services = [try service(tcp("10.0.0.100:80"), [("10.0.0.3:80", .dr), ("10.0.0.4:80", .dr)])] }

    private func flow(_ port: Int, state: ConnectionState = "ESTABLISHED", to server: String = "10.0.0.3:80") throws
        -> Connection
    {
        try connection("10.0.0.1:\(port)", vip, server, state: state)
    }

    private func entered(_ port: Int) throws -> Entry { try entry("10.0.0.1:\(port)", vip) }

    /// `began 40000 absent`
    private func words(_ changes: [FlowChange]) -> [String] {
        changes.map { "\($0.kind.rawValue) \($0.client.port) \($0.verdict.rawValue)" }
    }

    private func changes(_ chronicle: inout FlowChronicle, _ store: FlowStore) -> [FlowChange] {
        var changes: [FlowChange] = []
        chronicle.take(store) { changes.append($0) }
        return changes
    }

    @Test("A flow takes 48 bytes")
    func size() { #expect(MemoryLayout<FlowChronicle.Kept?>.stride == 48) }

    @Test(
        "What is there first is found, what comes later began, and what is not listed any more has ended, with its age")
    func life() throws {
        var (store, chronicle) = (FlowStore(), FlowChronicle())
        store.read(services, [try flow(1), try flow(2)], [try entered(2)], at: 0)
        #expect(words(changes(&chronicle, store)) == ["found 1 absent", "found 2 unreplied"])
        store.read(services, [try flow(1), try flow(2), try flow(3)], [try entered(2)], at: 10)
        #expect(words(changes(&chronicle, store)) == ["began 3 absent"])
        for second: UInt32 in [20, 30, 40] {
            store.read(services, [try flow(1), try flow(3)], at: second)
            // The kernel may have skipped it.
            #expect(changes(&chronicle, store).isEmpty)
        }
        store.read(services, [try flow(1), try flow(3)], at: 50)
        let ended = changes(&chronicle, store)
        #expect(words(ended) == ["ended 2 unreplied"])
        #expect(ended.first?.age == 10 && ended.first?.service == services[0].identity)
        #expect(ended.first?.state == "ESTABLISHED")
    }

    @Test("A flow that is skipped and comes back has neither ended nor begun")
    func skipped() throws {
        var (store, chronicle) = (FlowStore(), FlowChronicle())
        store.read(services, [try flow(1)], at: 0)
        _ = changes(&chronicle, store)
        store.read(services, [], at: 10)
        store.read(services, [try flow(1)], at: 20)
        #expect(changes(&chronicle, store).isEmpty)
    }

    @Test("Another verdict is told with the one before")
    func verdict() throws {
        var (store, chronicle) = (FlowStore(), FlowChronicle())
        store.read(services, [try flow(1)], at: 0)
        _ = changes(&chronicle, store)
        store.read(services, [try flow(1)], [try entered(1)], at: 10)
        let found = changes(&chronicle, store)
        #expect(words(found) == ["verdict 1 unreplied"] && found.first?.before == .absent)
    }

    @Test("The same client port to another real server is another flow")
    func reused() throws {
        var (store, chronicle) = (FlowStore(), FlowChronicle())
        store.read(services, [try flow(1)], at: 0)
        _ = changes(&chronicle, store)
        store.read(services, [try flow(1, to: "10.0.0.4:80")], at: 10)
        let found = changes(&chronicle, store)
        #expect(words(found) == ["ended 1 absent", "began 1 absent"])
        #expect(found.map(\.destination) == [try at("10.0.0.3:80"), try at("10.0.0.4:80")])
    }

    @Test("What a reading that was not whole did not list may be older than the next one")
    func incomplete() throws {
        var (store, chronicle) = (FlowStore(), FlowChronicle())
        store.begin(services, at: 0)
        store.endConnections(isWhole: false)
        store.finish()
        #expect(changes(&chronicle, store).isEmpty)
        store.read(services, [try flow(1)], at: 10)
        #expect(words(changes(&chronicle, store)) == ["found 1 absent"])
    }

    @Test("Being stuck has a beginning, and its time is in what follows")
    func stuck() throws {
        var (store, chronicle) = (FlowStore(), FlowChronicle())
        var established = try entered(1)
        established.status = [.confirmed, .seenReply, .assured]
        established.state = .tcp(.init(state: TrackedTCP.State.established.rawValue))
        store.read(services, [try flow(1)], [established], at: 0)
        _ = changes(&chronicle, store)
        var kinds: [[String]] = []
        for second: UInt32 in [10, 20, 30] {
            store.read(services, [try flow(1, state: "FIN_WAIT")], [established], at: second)
            kinds.append(changes(&chronicle, store).map { "\($0.kind.rawValue) \($0.stuckFor)" })
        }
        #expect(kinds == [[], ["stuck 0"], []])
        for second: UInt32 in [40, 50, 60, 70] { store.read(services, [], at: second) }
        let ended = changes(&chronicle, store)
        #expect(ended.map(\.kind) == [.ended] && ended.first?.stuckFor == 10)
    }

    @Test("Whatever comes and goes, each flow begins once and ends once, and those that go on are those that are there")
    func property() throws {
        var random = SeededGenerator(seed: 19)
        var (store, chronicle) = (FlowStore(), FlowChronicle())
        var living: Set<UInt16> = []
        var present: Set<Int> = []
        for reading in 0..<200 {
            for _ in 0..<Int.random(in: 0..<6, using: &random) {
                present.insert(Int.random(in: 1..<60, using: &random))
            }
            for port in present where Int.random(in: 0..<8, using: &random) == 0 { present.remove(port) }
            store.read(services, try present.sorted().map { try flow($0) }, at: UInt32(reading * 10))
            for change in changes(&chronicle, store) {
                switch change.kind {
                case .found, .began: #expect(living.insert(change.client.port).inserted)
                case .ended: #expect(living.remove(change.client.port) != nil)
                case .verdict, .stuck, .loose: #expect(living.contains(change.client.port))
                }
            }
            #expect(living.isSuperset(of: present.map(UInt16.init)))
        }
        for reading in 200..<204 {
            store.read(services, [], at: UInt32(reading * 10))
            for change in changes(&chronicle, store) { living.remove(change.client.port) }
        }
        #expect(living.isEmpty)
    }
}
