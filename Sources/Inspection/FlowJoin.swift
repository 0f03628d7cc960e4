import Addresses
import Conntrack
import IPVS

/// Joins IPVS connections with conntrack entries. It holds the IPVS side, and the entries stream past it.
///
/// Use: make it from the connections (read first), `see` each entry of the table, then `look` once more for each tuple of
/// `unseen`, so that a flow whose entry was made meanwhile is not called absent; then take the `result`.
public struct FlowJoin {
    let connections: [Connection]
    let templates: [Connection]
    let services: ServiceIndex
    private let serviceMatches: [ServiceIndex.Match]
    private var byOriginal: [FlowKey: Int] = [:]
    /// NAT only. Two connections may have the same: one client port, two VIPs, one real server.
    private var byReply: [FlowKey: [Int]] = [:]
    private var seen: [Seen]
    private(set) var orphans: [FlowKey: Entry] = [:]
    /// Orphans beyond those that are kept.
    public private(set) var orphansNotKept = 0
    /// Zones that entries were seen in, besides the default one; a lookup asks one zone at a time.
    public private(set) var zones: Set<UInt16> = []

    /// The table is not ours to hold: of entries without connection so many are kept.
    static let mostOrphans = 10_000

    private struct Seen {
        var entry = Boxed<Entry>(nil)
        var doubts: [String] = []
    }

    public init(_ rows: ConnectionList, _ services: [Service]) {
        let index = ServiceIndex(services)
        connections = rows.connections
        templates = rows.templates
        self.services = index
        serviceMatches = connections.map(index.match)
        seen = Array(repeating: Seen(), count: connections.count)
        byOriginal.reserveCapacity(connections.count)
        for (position, connection) in connections.enumerated() {
            byOriginal[.original(connection)] = position
            if serviceMatches[position].method == .nat { byReply[.reply(connection), default: []].append(position) }
        }
    }

    /// Takes one entry of the table.
    public mutating func see(_ entry: Entry) {
        if let zone = entry.zone { zones.insert(zone) }
        guard let original = FlowKey.original(entry) else { return }
        if let position = byOriginal[original] {
            attach(entry, to: position)
        } else if let reply = FlowKey.reply(entry), let positions = byReply[reply], let first = positions.first {
            attach(entry, to: first)
            if positions.count > 1 {
                seen[first].doubts.append("\(positions.count) connections have the reply tuple of this entry")
            }
        } else if services.byAddress(original.protocol, original.server) != nil {
            keepOrphan(entry, original)
        }
    }

    private mutating func attach(_ entry: Entry, to position: Int) {
        guard let held = seen[position].entry.value else {
            seen[position].entry = Boxed(entry)
            return
        }
        // An interrupted dump may give one entry twice.
        if held.id == entry.id { return }
        seen[position].doubts.append(
            "another entry has this tuple too: id \(entry.id ?? 0) in zone \(entry.zone ?? 0)")
    }

    private mutating func keepOrphan(_ entry: Entry, _ key: FlowKey) {
        if orphans.count < Self.mostOrphans || orphans[key] != nil {
            orphans[key] = entry
        } else {
            orphansNotKept += 1
        }
    }

    /// Connections without an entry so far, by their position.
    public var unseen: [Int] { seen.indices.filter { seen[$0].entry.value == nil } }

    /// The tuples by which the entry of a connection would be found.
    public func tuples(at position: Int) -> [Tuple] {
        let connection = connections[position]
        let original = FlowKey.original(connection).tuple
        return serviceMatches[position].method == .nat ? [original, FlowKey.reply(connection).replyTuple] : [original]
    }

    /// Takes what a lookup found for one of `unseen`.
    public mutating func look(_ position: Int, found entry: Entry) { attach(entry, to: position) }

    public var hasOrphans: Bool { !orphans.isEmpty }

    /// Takes connections that were read after the table: an entry that belongs to one of them was no orphan, its connection was
    /// only younger than our list.
    public mutating func seeLater(_ connection: Connection) {
        orphans[.original(connection)] = nil
    }

    /// When the connections could not be read to their end, an entry without one proves nothing.
    public mutating func forgetOrphans() { orphans.removeAll() }

    /// The flows, as they are known now.
    public func result(_ sysctls: Sysctls) -> FlowReport {
        var explain = Explanation(sysctls)
        var flows: [Flow] = []
        flows.reserveCapacity(connections.count + orphans.count)
        for position in connections.indices { flows.append(flow(at: position, &explain)) }
        for (key, entry) in orphans.sorted(by: { $0.key.client < $1.key.client }) {
            let service = services.byAddress(key.protocol, key.server)
            flows.append(
                Flow(
                    key, nil, ServiceIndex.Match(service: service?.identity), entry: entry, verdict: .orphan,
                    reason: explain.orphan(of: service), doubts: []))
        }
        return FlowReport(flows: flows, templates: templates.map { FlowTemplate($0, services.matchTemplate($0)) })
    }

    private func flow(at position: Int, _ explain: inout Explanation) -> Flow {
        let connection = connections[position]
        let match = serviceMatches[position]
        let entry = seen[position].entry.value
        let verdict = Verdict(of: entry)
        var doubts = seen[position].doubts
        if verdict == .absent, connection.expires < Self.soon {
            doubts.append(
                "it had \(connection.expires) s left when it was read, and may have ended before the table was")
        }
        return Flow(
            .original(connection), connection, match, entry: entry, verdict: verdict,
            reason: explain.verdict(verdict, match.method, entry), doubts: doubts)
    }

    /// Seconds that reading the table may take while a connection expires.
    static let soon = 5
}

/// The rows of `/proc/net/ip_vs_conn`, connections and templates apart.
public struct ConnectionList: Equatable, Sendable {
    public private(set) var connections: [Connection] = []
    public private(set) var templates: [Connection] = []

    public init(_ rows: [Connection] = []) { for row in rows { append(row) } }

    public mutating func append(_ row: Connection) {
        if row.isTemplate { templates.append(row) } else { connections.append(row) }
    }
}

/// What the join found.
public struct FlowReport: Equatable, Sendable {
    public var flows: [Flow]
    public var templates: [FlowTemplate]

    public init(flows: [Flow], templates: [FlowTemplate]) {
        self.flows = flows
        self.templates = templates
    }
}

/// A persistence template: it binds a client to a real server, carries no packet, and so has no entry to look for.
public struct FlowTemplate: Equatable, Sendable {
    public var connection: Connection
    public var service: Service.Identity?
    public var doubts: [String]

    init(_ connection: Connection, _ match: ServiceIndex.Match) {
        self.connection = connection
        service = match.service
        doubts = match.doubts
    }
}
