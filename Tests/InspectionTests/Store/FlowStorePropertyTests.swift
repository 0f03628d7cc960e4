import Addresses
import Conntrack
import IPVS
import TestSupport
import Testing

@testable import Inspection

/// The store, compared with a model that remembers everything: connections and entries come and go, rows are skipped,
/// events are lost.
struct FlowStorePropertyTests {
    private struct World {
        var connections: [String: Connection] = [:]
        var entries: [String: Entry] = [:]
        /// When a client last had an entry, since the watch began.
        var spoiled: [String: UInt32] = [:]
        /// When a client's connection began; missing if it may be older than the watch.
        var began: [String: UInt32] = [:]
        /// When it last ended.
        var ended: [String: UInt32] = [:]
        var passedOver: Set<String> = []
        /// Clients whose connection is new.
        var fresh: Set<String> = []
    }

    private static let clients = (1...40).map { "10.0.1.1:\($0)" }

    @Test("Verdicts match the model over many readings", arguments: 0..<150)
    func agreesWithModel(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let services = [try service(tcp("10.0.0.100:80"), [("10.0.0.3:80", .dr), ("10.0.0.4:80", .dr)])]
        var world = World()
        var store = FlowStore()
        store.beginWatch(at: 0)
        var (isWhole, hasBegunAnew) = (true, false)
        for second: UInt32 in 0..<30 {
            try change(&world, &store, &random, second)
            if random.next() % 12 == 0 {
                store.loseEvents()
                isWhole = false
            }
            if store.needsWatch, random.next() % 3 == 0 {
                store.beginWatch(at: second)
                (isWhole, hasBegunAnew) = (true, true)
                world.spoiled = [:]
                quietReadings(services, &world, &store, second)
            }
            read(services, &world, &store, &random, second)
            if second < 2, !hasBegunAnew { world.began = [:] }
            for client in world.entries.keys { world.spoiled[client] = second }
            try check(world, store, isWhole: isWhole, seed)
        }
    }

    /// A watch begins with two readings without new connections, so that the model knows which are older.
    private func quietReadings(_ services: [Service], _ world: inout World, _ store: inout FlowStore, _ second: UInt32)
    {
        let entries = world.entries
        for _ in 0..<2 {
            store.read(services, Array(world.connections.values), Array(entries.values), at: second)
        }
        world.passedOver = []
        world.began = [:]
    }

    private func change(
        _ world: inout World, _ store: inout FlowStore, _ random: inout SeededGenerator, _ second: UInt32
    ) throws {
        for _ in 0..<8 {
            guard let client = Self.clients.randomElement(using: &random) else { return }
            switch random.next() % 5 {
            case 0, 1:
                let server = random.next() % 2 == 0 ? "10.0.0.3:80" : "10.0.0.4:80"
                if world.connections[client] == nil, !world.passedOver.contains(client) {
                    world.connections[client] = try connection(client, "10.0.0.100:80", server)
                    world.began[client] = second
                    if store.slot(of: Self.key(client)) == nil { world.fresh.insert(client) }
                }
            case 2:
                let isReplied = random.next() % 2 == 0
                let made = try entry(
                    client, "10.0.0.100:80", status: isReplied ? [.confirmed, .seenReply] : [.confirmed])
                if world.entries[client] == nil { store.takeNew(made, at: second) }
                world.entries[client] = made
                world.spoiled[client] = second
            case 3: world.entries[client] = nil
            default: if world.connections.removeValue(forKey: client) != nil { world.ended[client] = second }
            }
        }
    }

    /// Skips a row now and then, but never the same one twice in a row.
    private func read(
        _ services: [Service], _ world: inout World, _ store: inout FlowStore, _ random: inout SeededGenerator,
        _ second: UInt32
    ) {
        var listed = Array(world.connections)
        listed.shuffle(using: &random)
        var passedOver: Set<String> = []
        if second > 2, random.next() % 4 == 0, let last = listed.last, !world.passedOver.contains(last.key) {
            passedOver.insert(last.key)
            listed.removeLast()
        }
        world.passedOver = passedOver
        let entries = world.entries
        // An entry may be created while the table is read; for a new flow, only the lookup finds it.
        let fresh = world.fresh
        let early = entries.filter { client, _ in !fresh.contains(client) || random.next() % 2 == 0 }
        world.fresh = []
        store.read(services, listed.map(\.value), Array(early.values), at: second) { tuples in
            entries.values.first { entry in tuples.contains { $0 == entry.original } }
        }
    }

    private static func key(_ client: String) -> FlowKey {
        let vip = Endpoint(IPAddress(ipv4: 0x0A00_0064), 80)
        return FlowKey(protocol: .tcp, client: Endpoint(client) ?? vip, server: vip)
    }

    private func check(_ world: World, _ store: FlowStore, isWhole: Bool, _ seed: UInt64) throws {
        var shown = 0
        for (client, connection) in world.connections where !world.passedOver.contains(client) {
            shown += 1
            let key = FlowKey(protocol: .tcp, client: connection.client, server: connection.virtual)
            let slot = try #require(store.slot(of: key), "seed \(seed)")
            let row = try #require(store[slot], "seed \(seed)")
            if let entry = world.entries[client] {
                #expect(row.verdict == Entry?(entry).verdict, "seed \(seed), \(client)")
            } else {
                expectNever(row, client, world, isWhole: isWhole, seed)
            }
            #expect(store.route(of: row).destination == connection.destination, "seed \(seed)")
        }
        #expect(store.counts.connections == shown, "seed \(seed)")
    }

    /// Never is only reported when true; and it is reported, unless an entry, or another connection of the client's,
    /// existed so shortly before that it cannot be told apart from this one's.
    private func expectNever(_ row: FlowRow, _ client: String, _ world: World, isWhole: Bool, _ seed: UInt64) {
        let spoiled = world.spoiled[client]
        guard isWhole, let began = world.began[client] else {
            #expect(row.verdict == .absent, "seed \(seed), \(client)")
            return
        }
        if let spoiled, spoiled >= began { #expect(row.verdict == .absent, "seed \(seed), \(client)") }
        let isClear = (spoiled.map { $0 + 4 < began } ?? true) && (world.ended[client].map { $0 + 4 < began } ?? true)
        if isClear { #expect(row.verdict == .never, "seed \(seed), \(client)") }
    }
}
