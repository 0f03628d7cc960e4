/// What dropped a packet: a rule of nf_tables or iptables-legacy, or the policy of a chain.
package struct DroppingRule: Hashable, Sendable {
    package var family: TableFamily
    /// As in the kernel.
    package var table: String
    /// As in the kernel.
    package var chain: String
    /// Which part of the chain decided.
    package var decision: Decision

    package init(family: TableFamily, table: String, chain: String, decision: Decision) {
        self.family = family
        self.table = table
        self.chain = chain
        self.decision = decision
    }

    /// What dropped the packet.
    package enum Decision: Hashable, Sendable {
        /// A table never reuses a handle during its life.
        case rule(handle: UInt64)
        case policy
        /// Of a table of iptables-legacy, whose rules have no handles: its position in the chain, from 1 (`--line-numbers`).
        case legacyRule(number: Int)
        case legacyPolicy
    }

    /// Whether no rule dropped it.
    package var isPolicy: Bool { decision == .policy || decision == .legacyPolicy }

    /// Whether it is one of iptables-legacy.
    package var isLegacy: Bool {
        switch decision {
        case .rule, .policy: false
        case .legacyRule, .legacyPolicy: true
        }
    }
}

extension DroppingRule: Comparable {
    /// By name; within a chain by handle or number, the policy last; nf_tables first.
    package static func < (left: DroppingRule, right: DroppingRule) -> Bool {
        let (one, other) = (left.order, right.order)
        return one == other ? left.place < right.place : one.lexicographicallyPrecedes(other)
    }

    private var order: [String] { [isLegacy ? "1" : "0", family.description, table, chain] }

    private var place: UInt64 {
        switch decision {
        case .rule(let handle): handle
        case .legacyRule(let number): UInt64(clamping: number)
        case .policy, .legacyPolicy: .max
        }
    }
}

extension DroppingRule: CustomStringConvertible {
    /// Its place: `ip filter INPUT handle 5`, `iptables-legacy filter INPUT rule 3`; for a policy, the chain. The names are the kernel's, and
    /// not sanitized.
    package var description: String {
        let program = family == .ip6 ? "ip6tables-legacy" : "iptables-legacy"
        let chain = "\(isLegacy ? program : family.description) \(table) \(chain)"
        return switch decision {
        case .rule(let handle): "\(chain) handle \(handle)"
        case .legacyRule(let number): "\(chain) rule \(number)"
        case .policy, .legacyPolicy: chain
        }
    }
}
