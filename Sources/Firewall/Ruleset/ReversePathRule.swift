import CNetlink
import Netlink

/// Rules that drop packets of IPv6 unless they come by the link that a packet back to their sender would leave by: `fib saddr . iif oif
/// missing drop` of nft, as firewalld has it with IPv6_rpfilter=strict, and `-m rpfilter --invert -j DROP` of ip6tables. The kernel has no
/// setting for that, as `rp_filter` is for IPv4.
///
/// Sources: `nft_fib6_eval` (net/ipv6/netfilter/nft_fib_ipv6.c), `rpfilter_lookup_reverse6` (net/ipv6/netfilter/ip6t_rpfilter.c).
extension Ruleset {
    /// Those in base chains at PRE_ROUTING that have no other condition, such as an interface.
    package var reversePathRules: [DroppingRule] {
        let early = Set(
            self[.chain].filter {
                [TableFamily.ip6, .inet].contains($0.family) && $0.hook == NF_INET_PRE_ROUTING.rawValue
            }.map(\.description))
        return self[.rule].compactMap { rule in
            guard early.contains("chain \(rule.family) \(rule.table) \(rule.name)"), let handle = rule.handle,
                rule.expressions.dropStrangers
            else { return nil }
            return DroppingRule(
                family: rule.family, table: rule.table, chain: rule.name, decision: .rule(handle: handle))
        }
    }
}

extension LegacyTable {
    /// The same, of a table of ip6tables.
    package var reversePathRules: [DroppingRule] {
        guard family == .ip6 else { return [] }
        let chains = LegacyChains(of: self)
        return places.compactMap { entry in
            guard let place = chains.place(of: entry), place.chain == "PREROUTING", let number = place.number,
                case let matches = matches(of: entry), matches.count == 1,
                XTReversePath.isStrict(matches[0].name, matches[0].data),
                target(of: entry).verdict == LegacyVerdict.drop
            else { return nil }
            let rule = DroppingRule(
                family: family, table: name, chain: place.chain, decision: .legacyRule(number: number))
            // Without an address, interface or protocol.
            guard case .known(let statement, _) = text(of: rule),
                statement.hasPrefix("-A PREROUTING -m rpfilter")
            else { return nil }
            return rule
        }
    }
}

/// `struct xt_rpfilter_info` (linux/netfilter/xt_rpfilter.h): a byte of flags.
private enum XTReversePath {
    private static let loose: UInt8 = 1
    private static let invert: UInt8 = 8

    /// Whether it matches what comes by another link.
    static func isStrict(_ name: String, _ data: [UInt8]) -> Bool {
        guard name == "rpfilter", let flags = data.first else { return false }
        return flags & invert != 0 && flags & loose == 0
    }
}

extension [RuleExpression] {
    fileprivate var dropStrangers: Bool {
        var isStrict = false
        // What the last expression has loaded.
        var loaded: String?
        var drops = false
        for expression in self {
            switch expression.name {
            case "counter", "log": break
            // A counter with a name.
            case "objref" where expression.number(NFTA_OBJREF_IMM_TYPE.rawValue) == UInt32(NFT_OBJECT_COUNTER): break
            case "meta" where expression.number(NFTA_META_KEY.rawValue) == UInt32(NFT_META_NFPROTO.rawValue):
                loaded = "family"
            case "fib":
                guard expression.asksForReversePath else { return false }
                loaded = "fib"
            case "cmp":
                guard let value = expression.compared, let what = loaded else { return false }
                if what == "family", value != [UInt8(NFPROTO_IPV6)] { return false }
                if what == "fib" {
                    guard value.allSatisfy({ $0 == 0 }) else { return false }
                    isStrict = true
                }
                loaded = nil
            case "match":
                let name = String(
                    decoding: (expression.payload(NFTA_MATCH_NAME.rawValue) ?? []).prefix { $0 != 0 }, as: UTF8.self)
                guard XTReversePath.isStrict(name, expression.payload(NFTA_MATCH_INFO.rawValue) ?? []) else {
                    return false
                }
                isStrict = true
            case "immediate": drops = expression.isDrop
            default: return false
            }
        }
        return isStrict && drops
    }
}

extension RuleExpression {
    /// `fib saddr . iif oif`, with or without the mark.
    fileprivate var asksForReversePath: Bool {
        let flags = number(NFTA_FIB_FLAGS.rawValue) ?? 0
        let wanted = UInt32(NFTA_FIB_F_SADDR.rawValue | NFTA_FIB_F_IIF.rawValue)
        let others = UInt32(NFTA_FIB_F_DADDR.rawValue | NFTA_FIB_F_OIF.rawValue)
        return flags & wanted == wanted && flags & others == 0
            && number(NFTA_FIB_RESULT.rawValue) == UInt32(NFT_FIB_RESULT_OIF.rawValue)
    }

    /// What a comparison for equality wants.
    fileprivate var compared: [UInt8]? {
        guard number(NFTA_CMP_OP.rawValue) == UInt32(NFT_CMP_EQ.rawValue), let data = payload(NFTA_CMP_DATA.rawValue)
        else { return nil }
        return RuleExpression("", data).payload(NFTA_DATA_VALUE.rawValue)
    }

    fileprivate var isDrop: Bool {
        guard number(NFTA_IMMEDIATE_DREG.rawValue) == UInt32(NFT_REG_VERDICT.rawValue),
            let data = payload(NFTA_IMMEDIATE_DATA.rawValue),
            let verdict = RuleExpression("", data).payload(NFTA_DATA_VERDICT.rawValue)
        else { return false }
        return RuleExpression("", verdict).number(NFTA_VERDICT_CODE.rawValue) == UInt32(NF_DROP)
    }
}
