import CNetlink
import Netlink

// What rules ask about who sent a packet, as far as it decides whether a packet of ours is like that of somebody else.

extension Ruleset {
    /// Whether a rule asks for the user, group, control group or socket of a program: the kernel's own sockets have none.
    package var asksForSenders: Bool { self[.rule].contains { $0.expressions.contains(where: \.asksForSender) } }

    /// Whether a rule tells IPv6 hosts of one network apart by their source address.
    package var namesIPv6Hosts: Bool {
        self[.rule].contains { rule in
            guard rule.family != .ip else { return false }
            let expressions = rule.expressions
            return expressions.indices.contains { place in
                let next = place + 1 < expressions.count ? expressions[place + 1] : nil
                return expressions[place].isHostMatch
                    || expressions[place].loadsIPv6Source && !(next?.leavesNetwork ?? false)
            }
        }
    }
}

extension LegacyTable {
    /// See `Ruleset`.
    package var asksForSenders: Bool {
        places.contains { matches(of: $0).contains { XTSender.programs.contains($0.name) } }
    }

    /// See `Ruleset`; by `struct ip6t_ip6` (linux/netfilter_ipv6/ip6_tables.h): two addresses, then their masks.
    package var namesIPv6Hosts: Bool {
        family == .ip6
            && places.contains { entry in
                let mask = entries.span.bytes.copy(entry.start..<entry.target).dropFirst(32).prefix(16)
                return mask.suffix(8).contains { $0 != 0 }
                    || matches(of: entry).contains { XTSender.hosts.contains($0.name) }
            }
    }
}

/// Matches of xtables.
private enum XTSender {
    static let programs: Set<String> = ["owner", "cgroup"]
    static let hosts: Set<String> = ["iprange", "mac", "set", "recent"]
}

extension RuleExpression {
    fileprivate var asksForSender: Bool {
        switch name {
        case "socket": return true
        case "match": return XTSender.programs.contains(matchName)
        case "meta":
            let keys = [NFT_META_SKUID, NFT_META_SKGID, NFT_META_CGROUP].map { UInt32($0.rawValue) }
            return number(NFTA_META_DREG.rawValue) != nil && number(NFTA_META_KEY.rawValue).map(keys.contains) ?? false
        default: return false
        }
    }

    fileprivate var isHostMatch: Bool {
        switch name {
        case "match": XTSender.hosts.contains(matchName)
        // `ether saddr`
        case "payload":
            number(NFTA_PAYLOAD_BASE.rawValue) == UInt32(NFT_PAYLOAD_LL_HEADER.rawValue)
                && number(NFTA_PAYLOAD_DREG.rawValue) != nil
        default: false
        }
    }

    /// More than the first eight bytes of it; where a prefix has whole bytes, nft(8) loads no more than these.
    fileprivate var loadsIPv6Source: Bool {
        name == "payload" && number(NFTA_PAYLOAD_BASE.rawValue) == UInt32(NFT_PAYLOAD_NETWORK_HEADER.rawValue)
            && number(NFTA_PAYLOAD_OFFSET.rawValue) == 8 && number(NFTA_PAYLOAD_LEN.rawValue) ?? 0 > 8
    }

    /// Of an address.
    fileprivate var leavesNetwork: Bool {
        guard name == "bitwise", let mask = payload(NFTA_BITWISE_MASK.rawValue),
            let value = RuleExpression("", mask).payload(NFTA_DATA_VALUE.rawValue), value.count > 8
        else { return false }
        return value.dropFirst(8).allSatisfy { $0 == 0 }
    }

    private var matchName: String {
        String(decoding: (payload(NFTA_MATCH_NAME.rawValue) ?? []).prefix { $0 != 0 }, as: UTF8.self)
    }
}
