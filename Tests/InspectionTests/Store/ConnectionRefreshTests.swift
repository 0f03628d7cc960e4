import Addresses
import Conntrack
import IPVS
import TestSupport
import Testing

@testable import Inspection

/// Of connections that come together, those that are as the last reading had them are taken by a shorter way.
struct ConnectionRefreshTests {
    private static let virtuals = ["10.0.0.100:80", "10.0.0.100:443", "[2001:db8::64]:80"]
    private static let servers = ["10.0.0.3:80", "10.0.0.4:80", "[2001:db8::3]:80"]

    @Test("Connections that come together are taken as each by itself is, over many readings", arguments: 0..<20)
    func agrees(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let services = [
            try service(tcp("10.0.0.100:80"), [("10.0.0.3:80", .dr), ("10.0.0.4:80", .nat)]),
            try service(.fwmark(7, .ipv4), [("10.0.0.3:80", .tun)]),
        ]
        var connections = try (0..<30).map { _ in try some(&random) }
        var (together, singly) = (FlowStore(keepsTemplates: true), FlowStore(keepsTemplates: true))
        for second: UInt32 in 0..<12 {
            let entries = try (0..<10).map { _ in try someEntry(&random) }
            let isWhole = random.next() % 4 != 0
            read(&together, services, entries, at: second, isWhole: isWhole) { $0.take(connections) }
            read(&singly, services, entries, at: second, isWhole: isWhole) { store in
                for connection in connections { store.take(connection) }
            }
            #expect(content(of: together) == content(of: singly), "seed \(seed), reading \(second)")
            try change(&connections, &random)
        }
    }

    private func read(
        _ store: inout FlowStore, _ services: [Service], _ entries: [Entry], at second: UInt32, isWhole: Bool,
        _ take: (inout FlowStore) -> Void
    ) {
        store.begin(services, at: second)
        take(&store)
        store.endConnections(isWhole: isWhole)
        for entry in entries { store.take(entry) }
        store.endEntries(isWhole: true)
        store.finish()
    }

    /// Everything that a row has, and what is kept beside it.
    private func content(of store: FlowStore) -> [String] {
        let rows = store.slots.rows.enumerated().map { slot, row in
            "\(row) \(store.extras.engine(of: UInt32(slot)) ?? "-") \(store.route(of: row).key)"
        }
        return rows + ["\(store.listed) \(store.orphans) \(store.states) \(store.counts) \(store.templates)"]
    }

    /// Most stay as they are, but for numbers.
    private func change(_ connections: inout [Connection], _ random: inout SeededGenerator) throws {
        for position in connections.indices {
            connections[position].expires = .random(in: 0...900, using: &random)
            connections[position].details?.packets &+= 3
        }
        for _ in 0..<4 {
            let position = Int.random(in: connections.indices, using: &random)
            switch random.next() % 8 {
            case 0: connections.remove(at: position)
            case 1: connections.insert(try some(&random), at: position)
            // As rows of /proc may come twice.
            case 2: connections.append(connections[position])
            case 3: connections.swapAt(position, 0)
            default: try change(&connections[position], &random)
            }
        }
    }

    private func change(_ connection: inout Connection, _ random: inout SeededGenerator) throws {
        let other = try some(&random)
        switch random.next() % 6 {
        case 0: connection.state = other.state
        case 1: connection.destination = other.destination
        case 2: connection.details = other.details
        case 3: connection.persistenceEngine = other.persistenceEngine
        case 4: connection.virtual = other.virtual
        default: connection.protocol = connection.protocol == .tcp ? .udp : .tcp
        }
    }

    private func some(_ random: inout SeededGenerator) throws -> Connection {
        let flags: [ConnectionDetails.Flags] = [[], .nfct, .synchronized, [.nfct, .synchronized], .template]
        var details: ConnectionDetails? = ConnectionDetails(
            [.dr, .nat, .tun].randomElement(using: &random) ?? .dr, flags: flags.randomElement(using: &random) ?? [],
            firewallMark: [0, 0, 7, 8].randomElement(using: &random) ?? 0, packets: .random(in: 0...9, using: &random))
        if random.next() % 8 == 0 { details = nil }
        var connection = try connection(
            client(&random), Self.virtuals.randomElement(using: &random) ?? "", server(&random),
            state: ["ESTABLISHED", "FIN_WAIT", "NONE"].randomElement(using: &random) ?? "", details: details)
        if random.next() % 8 == 0 { connection.persistenceEngine = "sip call\(random.next() % 3)" }
        return connection
    }

    private func someEntry(_ random: inout SeededGenerator) throws -> Entry {
        let status: Status = random.next() % 2 == 0 ? [.confirmed, .seenReply] : [.confirmed]
        return try entry(client(&random), Self.virtuals[0], status: status, id: .random(in: 1...3, using: &random))
    }

    private func client(_ random: inout SeededGenerator) -> String { "10.0.1.1:\(random.next() % 60)" }

    private func server(_ random: inout SeededGenerator) -> String { Self.servers.randomElement(using: &random) ?? "" }
}
