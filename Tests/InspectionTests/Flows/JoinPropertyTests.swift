import Addresses
import Conntrack
import IPVS
import TestSupport
import Testing

@testable import Inspection

/// The join, compared with a model that compares every connection with every entry.
struct JoinPropertyTests {
    @Test("The join gives the same result as comparing everything with everything", arguments: 0..<200)
    func agreesWithModel(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let services = [
            try service(tcp("10.0.0.100:80"), [("10.0.0.3:80", .dr)]),
            try service(tcp("10.0.0.101:80"), [("10.0.0.4:80", .nat)]),
        ]
        let clients = (1...12).map { "10.0.1.1:\($0)" }
        var connections: [Connection] = []
        for client in clients where random.next() % 3 > 0 {
            let isNAT = random.next() % 2 == 0
            connections.append(
                try connection(client, isNAT ? "10.0.0.101:80" : "10.0.0.100:80", isNAT ? "10.0.0.4:80" : "10.0.0.3:80")
            )
        }
        var entries: [Entry] = []
        for (id, client) in clients.enumerated() where random.next() % 3 > 0 {
            let isNAT = random.next() % 2 == 0
            entries.append(
                try entry(
                    client, isNAT ? "10.0.0.101:80" : "10.0.0.100:80", server: isNAT ? "10.0.0.4:80" : nil,
                    status: random.next() % 2 == 0 ? [.confirmed] : [.confirmed, .seenReply], id: UInt32(id)))
        }
        entries.shuffle(using: &random)
        let report = flows(connections, services, entries)
        for flow in report.flows where flow.connection != nil {
            let expected = entries.first { Self.belongs($0, to: flow) }
            #expect(flow.verdict == expected.verdict, "seed \(seed)")
        }
        let orphans = entries.filter { entry in !connections.contains { Self.belongs(entry, to: $0) } }
        #expect(report.flows.filter { $0.verdict == .orphan }.count == orphans.count, "seed \(seed)")
    }

    private static func belongs(_ entry: Entry, to flow: Flow) -> Bool {
        flow.connection.map { belongs(entry, to: $0) } ?? false
    }

    private static func belongs(_ entry: Entry, to connection: Connection) -> Bool {
        let isOriginal =
            entry.original.source == connection.client.address
            && entry.original.destination == connection.virtual.address
            && entry.original.discriminator
                == .ports(source: connection.client.port, destination: connection.virtual.port)
        let isReply =
            entry.reply.source == connection.destination.address
            && entry.reply.destination == connection.client.address
            && entry.reply.discriminator
                == .ports(source: connection.destination.port, destination: connection.client.port)
        return isOriginal || (isReply && connection.virtual.address == IPAddress("10.0.0.101"))
    }
}

extension Entry? {
    /// The verdict of a flow with this entry.
    var verdict: FlowVerdict { map { $0.status.contains(.seenReply) ? .tracked : .unreplied } ?? .absent }
}
