/// What dropped a packet: a rule of nf_tables by its handle, or the policy of a base chain.
package struct DroppingRule: Hashable, Sendable {
    /// Of the table.
    package var family: TableFamily
    /// The table's name, as the kernel has it.
    package var table: String
    /// The chain's name, as the kernel has it.
    package var chain: String
    /// What of the chain decided.
    package var decision: Decision

    /// A rule or policy by its place.
    package init(family: TableFamily, table: String, chain: String, decision: Decision) {
        self.family = family
        self.table = table
        self.chain = chain
        self.decision = decision
    }

    /// What dropped the packet.
    package enum Decision: Hashable, Sendable {
        /// A table never gives a handle twice, as long as it is there.
        case rule(handle: UInt64)
        case policy
    }
}

extension DroppingRule: Comparable {
    /// By name; in a chain by handle, the policy last.
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
    /// Where it is: `ip filter INPUT handle 5`; of a policy, the chain. The names are the kernel's, and not made harmless.
    package var description: String {
        let chain = "\(family) \(table) \(chain)"
        return switch decision {
        case .rule(let handle): "\(chain) handle \(handle)"
        case .policy: chain
        }
    }
}
