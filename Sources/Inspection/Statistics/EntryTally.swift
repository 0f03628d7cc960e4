import Addresses
import Conntrack

/// How many entries have which value: what fills the table. Memory grows with the values, not with the entries.
package struct EntryTally: Sendable {
    /// What entries are counted by.
    package enum Subject: String, CaseIterable, Sendable {
        /// The source address of the original direction: clients.
        case source = "src"
        /// The destination address of the original direction: VIPs.
        case destination = "dst"
        /// Protocol and destination port of the original direction.
        case destinationPort = "dport"
        /// Protocol and the protocol's state.
        case state
        /// The conntrack zone.
        case zone
    }

    /// A value that entries are counted by.
    enum Value: Hashable, Sendable {
        case address(IPAddress?)
        case port(IPProtocol, UInt16?)
        case state(IPProtocol, String?)
        /// Of both directions, then of the original and the reply direction only.
        case zone(UInt16, UInt16?, UInt16?)
    }

    package struct Row: Equatable, Sendable {
        /// The value as text: an address, `tcp/80`, `tcp/ESTABLISHED`, a zone. `-` for entries without one.
        package var value: String
        /// How many entries have it.
        package var entries: Int
        /// The filter that selects them; nil if none does.
        package var filter: String?
    }

    package let subject: Subject
    /// All entries that were counted.
    package private(set) var entries = 0
    private var counts: [Value: Int] = [:]

    package init(by subject: Subject) { self.subject = subject }

    package mutating func count(_ entry: Entry) {
        entries += 1
        counts[value(of: entry), default: 0] += 1
    }

    /// The number of values.
    package var values: Int { counts.count }

    /// The most frequent values, in descending order; equal ones in the order of their text.
    package func top(_ most: Int) -> [Row] {
        let rows = counts.map { Row(value: $0.key.description, entries: $0.value, filter: $0.key.filter(subject)) }
        return Array(rows.sorted { ($1.entries, $0.value) < ($0.entries, $1.value) }.prefix(most))
    }

    private func value(of entry: Entry) -> Value {
        let tuple = entry.original
        switch subject {
        case .source: return .address(tuple.source)
        case .destination: return .address(tuple.destination)
        case .destinationPort:
            return .port(tuple.protocol, tuple.ports?.destination)
        case .state: return .state(tuple.protocol, entry.state?.name)
        case .zone: return .zone(entry.zone ?? 0, tuple.zone, entry.reply.zone)
        }
    }
}

extension EntryTally.Value {
    fileprivate func filter(_ subject: EntryTally.Subject) -> String? {
        switch self {
        case .address(let address?): subject == .source ? "src=\(address)" : "dst=\(address)"
        case .port(let `protocol`, let port?): "protocol=\(`protocol`.rawValue) dport=\(port)"
        case .state(let `protocol`, let state?): "protocol=\(`protocol`.rawValue) state=\(state)"
        case .zone(let zone, nil, nil): "zone=\(zone) orig-zone=0 reply-zone=0"
        case .zone(_, let original?, nil): "orig-zone=\(original) reply-zone=0"
        case .zone(_, nil, let reply?): "orig-zone=0 reply-zone=\(reply)"
        case .zone(_, let original?, let reply?): "orig-zone=\(original) reply-zone=\(reply)"
        case .address(nil), .port(_, nil), .state(_, nil): nil
        }
    }
}

extension EntryTally.Value: CustomStringConvertible {
    var description: String {
        switch self {
        case .address(let address): address?.description ?? "-"
        case .port(let `protocol`, let port): "\(`protocol`)/\(port.map { "\($0)" } ?? "-")"
        case .state(let `protocol`, let state): "\(`protocol`)/\(state ?? "-")"
        case .zone(let zone, nil, nil): "\(zone)"
        case .zone(_, let original?, nil): "original=\(original)"
        case .zone(_, nil, let reply?): "reply=\(reply)"
        case .zone(_, let original?, let reply?): "original=\(original),reply=\(reply)"
        }
    }
}
