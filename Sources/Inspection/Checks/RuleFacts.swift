import Addresses
import Firewall

/// What the rules of a packet filter say by themselves, without a packet that meets them.
package struct RuleFacts: Equatable, Sendable {
    /// Who makes the rules.
    package var managers: [FirewallManager] = []
    /// Tables that see packets of clients, and that only the program that made them can change: `inet firewalld`.
    package var ownedTables: [String] = []
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

extension MarkSetting {
    fileprivate func sees(_ family: IPAddress.Family) -> Bool {
        switch self.family {
        case .ip: family == .ipv4
        case .ip6: family == .ipv6
        default: true
        }
    }
}
