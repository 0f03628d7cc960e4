import Addresses
import Conntrack
import Firewall
import IPVS

/// One rule or policy, and the traced packets that it was seen to drop: a sample of what it drops.
package struct Blame: Equatable, Sendable {
    /// Where the rule is.
    package var rule: DroppingRule
    /// Its text, if it was still there to be read.
    package var text: RuleText
    /// How many traced packets of each kind it dropped.
    package var dropped: [TracedKind: Int]
    /// Who makes chains of the rule's table.
    package var managers: [FirewallManager] = []

    /// A rule, its text, and the traced packets that it dropped.
    package init(_ rule: DroppingRule, _ text: RuleText, dropped: [TracedKind: Int]) {
        self.rule = rule
        self.text = text
        self.dropped = dropped
    }

    /// Traced packets of every kind.
    package var packets: Int { dropped.values.reduce(0, +) }

    /// The rules that traces showed to drop packets, most drops first.
    package static func all(_ tally: DropTally, text: (DroppingRule) -> RuleText) -> [Blame] {
        tally.rules.map { Blame($0, text($0), dropped: tally.drops[$0] ?? [:]) }
    }
}

extension Blame {
    /// Who makes the rule, if its table or chain tells.
    package var maker: FirewallManager? {
        rule.isLegacy ? nil : .maker(ofChain: rule.chain, inTable: rule.table, of: managers)
    }

    /// What to set where the rule is made again and again; nil if a rule in front of it stays there.
    func advice(areOpenings: Bool) -> String? {
        FirewallManager.advice(
            aboutChain: rule.chain, inTable: rule.table, of: managers, areOpenings: areOpenings)
    }

    /// Whether it drops packets because of their ctstate; nil if its text does not tell.
    var looksAtState: Bool? {
        if rule.isPolicy { return false }
        guard case .known(let statement, _) = text else { return nil }
        let words = statement.lowercased()
        if words.contains("invalid") { return true }
        // What is in a set, a map or an extension of iptables may be a ctstate.
        let mayHide = ["ct state", "ctstate", "conntrack", "vmap", "@", "{", "["].contains(where: words.contains)
        return mayHide ? nil : false
    }
}

extension TracedKind {
    /// Whether a packet is certainly addressed to a subject. ICMP errors have no port; those to a VIP count for all its services.
    func isTo(_ subject: ObservedSubject) -> Bool {
        guard let target else { return false }
        switch subject {
        case .address(let address, let port):
            return target.address == address && (isICMP || port == nil || target.port == port)
        case .service(let service):
            guard case .address(let transport, let endpoint) = service.identity, target.address == endpoint.address
            else { return false }
            return isICMP || transport == `protocol` && (endpoint.port == 0 || target.port == endpoint.port)
        }
    }

    private var isICMP: Bool { `protocol` == .icmp || `protocol` == .icmpv6 }
}
