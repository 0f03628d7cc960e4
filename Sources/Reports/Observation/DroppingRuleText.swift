import Addresses
import Conntrack
import Firewall

extension DroppingRule {
    /// Its place, safe for a terminal: `ip filter INPUT handle 5`.
    package var place: String { description.printable }

    /// Its text and what it dropped: `ip filter INPUT handle 5: ct state invalid drop — 8 packets (FIN 7, ICMP frag-needed 1)`.
    ///
    /// - Parameter kinds: how many packets of each kind; summed over targets and ctstates.
    package func sentence(_ text: RuleText, dropped kinds: [TracedKind: Int]) -> String {
        let count = kinds.values.reduce(0, +)
        let packets = "\(count) \(count == 1 ? "packet" : "packets")"
        return "\(place)\(text.suffix) — \(packets)\(kinds.classes)"
    }
}

extension RuleText {
    fileprivate var suffix: String {
        switch self {
        case .known(let statement, _): ": \(statement.printable)"
        case .unknown(let why): " (text unknown: \(why.printable))"
        }
    }
}

extension TracedKind {
    /// `FIN`, `ICMP frag-needed`, `ICMPv6 packet-too-big`.
    package var title: String {
        guard let icmpName else { return packetClass.title }
        return (`protocol` == .icmpv6 ? "ICMPv6 " : "ICMP ") + icmpName
    }
}

extension [TracedKind: Int] {
    /// The most frequent first, then by name: ` (FIN 7, ICMP frag-needed 1)`.
    package var classes: String {
        var counts: [String: Int] = [:]
        for (kind, count) in self { counts[kind.title, default: 0] += count }
        guard !counts.isEmpty else { return "" }
        let ordered = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        return " (" + ordered.map { "\($0.key) \($0.value)" }.joined(separator: ", ") + ")"
    }
}
