import CNetlink

/// Rules that count packets, or measure their rate, and treat what comes too often in another way.
extension Ruleset {
    /// Their places: nft's `limit` and `ct count`, and the matches limit, hashlimit, connlimit and recent of xtables. Rules that only log are left out.
    package var limits: Set<DroppingRule> {
        Set(
            self[.rule].compactMap { rule in
                guard let handle = rule.handle, rule.isLimit else { return nil }
                return DroppingRule(
                    family: rule.family, table: rule.table, chain: rule.name, decision: .rule(handle: handle))
            })
    }
}

extension LegacyTable {
    /// Whether it has such a rule.
    package var hasLimits: Bool {
        places.contains { place in
            !XTLimit.logs.contains(target(of: place).name)
                && matches(of: place).contains { XTLimit.matches.contains($0.name) }
        }
    }
}

private enum XTLimit {
    static let matches: Set = ["limit", "hashlimit", "connlimit", "recent"]
    static let logs: Set = ["LOG", "NFLOG"]
}

extension RulesetObject {
    fileprivate var isLimit: Bool {
        let expressions = expressions
        return expressions.contains(where: \.limits)
            && (!expressions.contains(where: \.logs) || expressions.contains(where: \.decides))
    }
}

extension RuleExpression {
    fileprivate var limits: Bool {
        switch name {
        case "limit", "connlimit": true
        // A set of limits, one for each key; or one that several rules share.
        case "dynset": payload(NFTA_DYNSET_EXPR.rawValue) != nil || payload(NFTA_DYNSET_EXPRESSIONS.rawValue) != nil
        case "objref":
            number(NFTA_OBJREF_IMM_TYPE.rawValue) == UInt32(NFT_OBJECT_LIMIT)
                || payload(NFTA_OBJREF_SET_NAME.rawValue) != nil
        case "match": XTLimit.matches.contains(word(NFTA_MATCH_NAME.rawValue))
        default: false
        }
    }

    fileprivate var logs: Bool {
        name == "log" || name == "target" && XTLimit.logs.contains(word(NFTA_TARGET_NAME.rawValue))
    }

    /// Whether it can end the packet's way: a verdict, `reject`, or another target.
    fileprivate var decides: Bool {
        switch name {
        case "immediate": number(NFTA_IMMEDIATE_DREG.rawValue) == UInt32(NFT_REG_VERDICT.rawValue)
        case "reject": true
        case "target": !logs
        default: false
        }
    }

    private func word(_ type: UInt32) -> String {
        String(decoding: (payload(type) ?? []).prefix { $0 != 0 }, as: UTF8.self)
    }
}
