import Addresses
import Firewall

/// A chain of ours that accepts packets of one ctstate, and what leads to it: before each rule that drops them, in one table.
package struct Gate: Equatable, Sendable {
    package enum State: String, CaseIterable, Sendable {
        /// Only what ends connections, FIN, RST and errors; and SCTP, of which all but what opens an association is INVALID.
        case invalid
        /// All packets of the services.
        case untracked

        var chain: String { "lvs-\(rawValue)" }

        /// Whether services of a protocol have packets with this ctstate. (A datagram of UDP is NEW.)
        func takes(_ protocol: IPProtocol) -> Bool { self == .untracked || `protocol` == .tcp || `protocol` == .sctp }
    }

    package let state: State
    package let family: TableFamily
    package let table: String
    /// Of iptables-legacy.
    package let isLegacy: Bool
    /// In the order of the chains' names.
    package private(set) var places: [Place]

    package struct Place: Equatable, Sendable {
        package let chain: String
        /// How many rules come before the jump; nil: all.
        package var position: Int?
        /// The rule before which it comes; nil for a chain's policy.
        package var rule: String?
    }

    /// The address families that its table sees.
    var families: Set<IPAddress.Family> {
        switch family {
        case .ip: [.ipv4]
        case .ip6: [.ipv6]
        default: [.ipv4, .ipv6]
        }
    }
}

extension Gate {
    /// Gates for all that was dropped, one for each table.
    ///
    /// - Parameters:
    ///   - drops: the rules before which packets are to be accepted, and their texts.
    package static func all(
        _ state: State, before drops: [DroppingRule: String?], in ruleset: Ruleset
    ) -> [Gate] {
        var gates: [Gate] = []
        for (rule, text) in drops.sorted(by: { $0.key < $1.key }) {
            let place = Place(chain: rule.chain, position: ruleset.position(of: rule), rule: text)
            if let index = gates.firstIndex(where: { $0.isIn(rule) }) {
                gates[index].add(place)
            } else {
                gates.append(
                    Gate(
                        state: state, family: rule.family, table: rule.table, isLegacy: rule.isLegacy, places: [place]))
            }
        }
        return gates
    }

    private func isIn(_ rule: DroppingRule) -> Bool {
        family == rule.family && table == rule.table && isLegacy == rule.isLegacy
    }

    /// Before the first of its chain.
    private mutating func add(_ place: Place) {
        guard let index = places.firstIndex(where: { $0.chain == place.chain }) else {
            places.append(place)
            return
        }
        if (place.position ?? .max) < (places[index].position ?? .max) { places[index] = place }
    }
}
