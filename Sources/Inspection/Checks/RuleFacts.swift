import Addresses
import Firewall

/// What the rules of a packet filter say by themselves, without a packet that meets them.
package struct RuleFacts: Equatable, Sendable {
    /// Who makes the rules.
    package var managers: [FirewallManager] = []
    /// Tables that see packets of clients, and that only the program that made them can change: `inet firewalld`.
    package var ownedTables: [String] = []
    /// Rules that drop packets of IPv6 that come by another link than a packet back would leave by.
    package var reversePathRules: [DroppingRule] = []
    /// Fixes of ct-inspect advise that are there now: `chain ip filter lvs-invalid`.
    package var fixes: [RunningFix] = []
    /// What the next reload of each unit that loads rules does.
    package var reloads: [RuleReload] = []
    /// What rules do to packets' marks.
    package var marks: [MarkSetting] = []

    package init() {}

    /// Whether a rule may give packets of a family this mark.
    func mayGive(_ mark: UInt32, _ family: IPAddress.Family) -> Bool {
        marks.contains { $0.sees(family) && $0.mayGive(mark) }
    }

    /// Whether one that may is not followed: a map or a connection's mark says what it gives.
    func isVague(_ mark: UInt32, _ family: IPAddress.Family) -> Bool {
        let able = marks.filter { $0.sees(family) && $0.mayGive(mark) }
        return !able.isEmpty && able.allSatisfy { $0.effect == .unknown }
    }
}

/// A chain or table of a fix, and whether it comes back when the packet filter's rules are loaded again.
package struct RunningFix: Equatable, Sendable {
    /// With its kind: `table inet lvs-notrack`.
    package var name: String
    package var saving: Saving

    package enum Saving: Equatable, Sendable {
        /// A file that loads rules has its name.
        case inFile(String)
        /// None of these has it.
        case nowhere([String])
        /// Why it is not known.
        case unknown(String)
    }

    package init(_ name: String, _ saving: Saving) { (self.name, self.saving) = (name, saving) }
}
