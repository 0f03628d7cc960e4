import CNetlink
import Netlink

/// Where in a chain a rule is, and what can be put before it.
extension Ruleset {
    /// How many rules of its chain come before this one; nil if there is none with its handle.
    package func position(of rule: DroppingRule) -> Int? {
        switch rule.decision {
        case .rule(let handle): rules(of: rule).firstIndex { $0.handle == handle }
        case .legacyRule(let number): number - 1
        case .policy, .legacyPolicy: nil
        }
    }

    /// Whether a rule asks for the ctstate: nft's `ct state`, or the match `conntrack` or `state` of xtables.
    package func asksForState(_ rule: DroppingRule) -> Bool {
        if rule.isLegacy { return false }
        return position(of: rule).map { rules(of: rule)[$0].expressions.contains(where: \.asksForState) } ?? false
    }

    package func hasTable(_ family: TableFamily, _ name: String) -> Bool {
        self[.table].contains { $0.family == family && $0.name == name }
    }

    package func hasChain(_ family: TableFamily, _ table: String, _ name: String) -> Bool {
        self[.chain].contains { $0.family == family && $0.table == table && $0.name == name }
    }

    private func rules(of place: DroppingRule) -> [RulesetObject] {
        self[.rule].filter { $0.family == place.family && $0.table == place.table && $0.name == place.chain }
    }
}

extension RuleExpression {
    fileprivate var asksForState: Bool {
        switch name {
        case "ct": number(NFTA_CT_KEY.rawValue) == UInt32(NFT_CT_STATE.rawValue)
        case "match":
            payload(NFTA_MATCH_NAME.rawValue).map { name in
                ["conntrack", "state"].contains(String(decoding: name.prefix { $0 != 0 }, as: UTF8.self))
            } ?? false
        default: false
        }
    }
}
