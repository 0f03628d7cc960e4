import Addresses
import Conntrack
import IPVS

/// Joins IPVS connections with conntrack entries. It holds the IPVS side, and the entries stream past it.
///
/// Use: make it from the connections (read first), `see` each entry of the table, then `look` once more for each tuple of
/// `unseen`, so that a flow whose entry was made meanwhile is not called absent; then take the `result`.
package struct FlowJoin {
    let connections: [Connection]
    let templates: [Connection]
    let services: ServiceIndex
    private let serviceMatches: [ServiceIndex.Match]
    private var byOriginal: [FlowKey: Int] = [:]
    /// NAT only. Two connections may have the same: one client port, two VIPs, one real server.
    private var byReply: [FlowKey: [Int]] = [:]
    private var seen: [Seen]
    /// Rows that were read twice: the list is no snapshot, and a row may move on while it is read.
    private var doubles: Set<Int> = []
    private(set) var orphans: [FlowKey: Entry] = [:]
    /// Orphans beyond those that are kept.
    package private(set) var orphansNotKept = 0
    /// Zones that entries were seen in, besides the default one; a lookup asks one zone at a time.
    package private(set) var zones: Set<UInt16> = []

    /// The table is not ours to hold: of entries without connection so many are kept.
    static let mostOrphans = 10_000

    private struct Seen {
        var entry = Boxed<Entry>(nil)
        var doubts: [String] = []
    }

    /// Takes the connections as they were read, and the services to find theirs.
    package init(_ rows: ConnectionList, _ services: [Service]) {
        let index = ServiceIndex(services)
        connections = rows.connections
        templates = rows.templates
        self.services = index
        serviceMatches = connections.map(index.match)
        seen = Array(repeating: Seen(), count: connections.count)
        byOriginal.reserveCapacity(connections.count)
        for (position, connection) in connections.enumerated() {
            if byOriginal[.original(connection)] != nil {
                doubles.insert(position)
                continue
            }
            byOriginal[.original(connection)] = position
            if serviceMatches[position].mayBeNAT { byReply[.reply(connection), default: []].append(position) }
        }
    }

    /// Takes one entry of the table.
    package mutating func see(_ entry: Entry) {
        for case let zone? in [entry.zone, entry.original.zone, entry.reply.zone] { zones.insert(zone) }
        guard let original = FlowKey.original(entry) else { return }
        if let position = byOriginal[original] {
            attach(entry, to: position)
        } else if let reply = FlowKey.reply(entry), let positions = byReply[reply] {
            for position in positions { attachByReply(entry, to: position, of: positions.count) }
        } else if services.byAddress(original.protocol, original.server) != nil {
            keepOrphan(entry, original)
        }
    }

    private mutating func attachByReply(_ entry: Entry, to position: Int, of count: Int) {
        attach(entry, to: position)
        let others = count == 1 ? "" : ", which \(count) connections have"
        seen[position].doubts.append("joined by the reply tuple\(others): the entry was made for \(entry.original)")
    }

    private mutating func attach(_ entry: Entry, to position: Int) {
        guard let held = seen[position].entry.value else {
            seen[position].entry = Boxed(entry)
            return
        }
        // An interrupted dump may give one entry twice.
        if held.id == entry.id { return }
        seen[position].doubts.append(
            "another entry has this tuple too: id \(entry.id ?? 0) in zone \(entry.anyZone)")
    }

    private mutating func keepOrphan(_ entry: Entry, _ key: FlowKey) {
        if orphans.count < Self.mostOrphans || orphans[key] != nil {
            orphans[key] = entry
        } else {
            orphansNotKept += 1
        }
    }

    /// Connections without an entry so far, by their position.
    package var unseen: [Int] {
        seen.indices.filter { seen[$0].entry.value == nil && !doubles.contains($0) && !connections[$0].isExpected }
    }

    /// The tuples by which the entry of a connection would be found.
    package func tuples(at position: Int) -> [Tuple] {
        let connection = connections[position]
        let original = FlowKey.original(connection).tuple
        return serviceMatches[position].mayBeNAT ? [original, FlowKey.reply(connection).replyTuple] : [original]
    }

    /// Takes what a lookup found for one of `unseen`.
    package mutating func look(_ position: Int, found entry: Entry) {
        let isOwn = FlowKey.original(entry) == .original(connections[position])
        if isOwn { attach(entry, to: position) } else { attachByReply(entry, to: position, of: 1) }
    }

    /// Whether an entry of a service has no connection so far, so that the connections have to be read again.
    package var hasOrphans: Bool { !orphans.isEmpty }

    /// Takes connections that were read after the table: an entry that belongs to one of them was no orphan, its connection was
    /// only younger than our list.
    package mutating func seeLater(_ connection: Connection) {
        orphans[.original(connection)] = nil
    }

    /// When the connections could not be read to their end, an entry without one proves nothing.
    package mutating func forgetOrphans() { orphans.removeAll() }

    /// The flows, as they are known now.
    ///
    /// - Parameters:
    ///   - took: seconds from the reading of the connections to the last lookup.
    ///   - watch: one that began before, and was told of all that came until after the last lookup, with no loss.
    package func result(_ sysctls: Sysctls, took: UInt32 = 0, watch: FlowWatch? = nil) -> FlowReport {
        let reasons = VerdictReasons(sysctls)
        var flows: [Flow] = []
        flows.reserveCapacity(connections.count + orphans.count)
        for position in connections.indices where !doubles.contains(position) {
            flows.append(flow(at: position, reasons, took, watch))
        }
        for (key, entry) in orphans.sorted(by: { $0.key < $1.key }) {
            let service = services.byAddress(key.protocol, key.server)
            flows.append(
                Flow(
                    key, nil, ServiceIndex.Match(service: service?.identity), entry: entry, verdict: .orphan,
                    reason: reasons.orphan(of: service), doubts: []))
        }
        return FlowReport(flows: flows, templates: templates.map { FlowTemplate($0, services.matchTemplate($0)) })
    }

    private func flow(at position: Int, _ reasons: VerdictReasons, _ took: UInt32, _ watch: FlowWatch?) -> Flow {
        let connection = connections[position]
        let entry = seen[position].entry.value
        var match = serviceMatches[position]
        let candidates = match.candidates
        if let only = ServiceIndex.settled(candidates, connection.virtual, connection.destination, by: entry) {
            match = ServiceIndex.Match(service: only.service, method: only.method)
        }
        var verdict = Verdict(of: entry)
        if verdict == .absent, !connection.isExpected, watch?.provesNever(connection) ?? false { verdict = .never }
        var doubts = seen[position].doubts
        if verdict == .absent, connection.expires < max(took, Self.soon) {
            doubts.append(
                "it had \(connection.expires) s left when it was read, and may have ended before the table was")
        }
        return Flow(
            .original(connection), connection, match, entry: entry, verdict: verdict,
            reason: connection.isExpected && entry == nil
                ? VerdictReasons.expected : reasons.reason(for: verdict, match.method),
            doubts: doubts)
    }

    /// Seconds that reading the table may take at least while a connection expires.
    static let soon: UInt32 = 5
}

extension Entry {
    /// The zone of the entry, or of the direction that alone has one.
    fileprivate var anyZone: UInt16 { zone ?? original.zone ?? reply.zone ?? 0 }
}

extension Connection {
    /// IPVS made it before its first packet, for which a helper told it to wait (ip_vs_ftp): the client's port is not known yet.
    var isExpected: Bool { client.port == 0 }
}
