/// What dropped a packet: an nf_tables rule, by handle, or the policy of a base chain.
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
    }
}

extension DroppingRule: Comparable {
    /// By name; within a chain by handle, the policy last.
    package static func < (left: DroppingRule, right: DroppingRule) -> Bool {
        let (one, other) = (left.order, right.order)
        return one == other ? left.place < right.place : one.lexicographicallyPrecedes(other)
    }

    private var order: [String] { [family.description, table, chain] }

    private var place: UInt64 {
        switch decision {
        case .rule(let handle): handle
        case .policy: .max
        }
    }
}

extension DroppingRule: CustomStringConvertible {
    /// Its place: `ip filter INPUT handle 5`; for a policy, the chain. The names are the kernel's, and not sanitized.
    package var description: String {
        let chain = "\(family) \(table) \(chain)"
        return switch decision {
        case .rule(let handle): "\(chain) handle \(handle)"
        case .policy: chain
        }
    }
}
