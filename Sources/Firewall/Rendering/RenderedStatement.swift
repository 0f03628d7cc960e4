import CNetlink

/// What a rule does, as a rule's text has it: `drop`, `limit rate 10/second`.
enum RenderedStatement {
    /// In brackets for what has no words here.
    static func words(_ expression: RuleExpression, in family: TableFamily) -> String {
        switch expression.name {
        case "limit": limit(expression)
        case "log": log(expression)
        case "reject": reject(expression, family)
        case "notrack": "notrack"
        case "match", "target": extensionName(expression)
        case "objref": object(expression)
        default: "[\(expression.name)]"
        }
    }

    /// From `NFTA_IMMEDIATE_DATA`.
    static func verdict(_ data: [UInt8]) -> String? {
        guard
            let verdict = RuleExpression("", data).payload(NFTA_DATA_VERDICT.rawValue).map({ RuleExpression("", $0) }),
            let code = verdict.number(NFTA_VERDICT_CODE.rawValue)
        else { return nil }
        let name = PacketVerdict(code: code).description
        return ([name] + [verdict.text(NFTA_VERDICT_CHAIN.rawValue)].compactMap(\.self)).joined(separator: " ")
    }

    private static let periods: [UInt64: String] = [
        1: "second", 60: "minute", 3600: "hour", 86400: "day", 604800: "week",
    ]

    private static func limit(_ expression: RuleExpression) -> String {
        guard let rate = expression.wide(NFTA_LIMIT_RATE.rawValue), let unit = expression.wide(NFTA_LIMIT_UNIT.rawValue)
        else { return "[limit]" }
        let isOver = (expression.number(NFTA_LIMIT_FLAGS.rawValue) ?? 0) & UInt32(NFT_LIMIT_F_INV.rawValue) != 0
        let isOfBytes = expression.number(NFTA_LIMIT_TYPE.rawValue) == UInt32(NFT_LIMIT_PKT_BYTES.rawValue)
        let period = periods[unit] ?? "\(unit) seconds"
        let burst = expression.number(NFTA_LIMIT_BURST.rawValue) ?? 0
        let noun = isOfBytes ? "bytes" : "packets"
        // nft's own burst is left out.
        let isUsual = burst == (isOfBytes ? 0 : 5)
        return "limit rate \(isOver ? "over " : "")\(rate)\(isOfBytes ? " bytes" : "")/\(period)"
            + (isUsual ? "" : " burst \(burst) \(noun)")
    }

    private static let levels = ["emerg", "alert", "crit", "err", "warn", "notice", "info", "debug"]

    private static func log(_ expression: RuleExpression) -> String {
        var words = "log"
        if let prefix = expression.text(NFTA_LOG_PREFIX.rawValue) { words += " prefix \"\(prefix)\"" }
        if let group = expression.payload(NFTA_LOG_GROUP.rawValue), group.count == 2 {
            words += " group \(UInt16(group[0]) << 8 | UInt16(group[1]))"
        }
        // Warning is the usual one (NFT_LOGLEVEL_WARNING).
        if let level = expression.number(NFTA_LOG_LEVEL.rawValue), level != 4, levels.indices.contains(Int(level)) {
            words += " level \(levels[Int(level)])"
        }
        return words
    }

    /// RFC 792 and 4443, and `enum nft_reject_inet_code`.
    private static let codes: [String: [UInt8: String]] = [
        "icmp": [
            0: "net-unreachable", 1: "host-unreachable", 2: "prot-unreachable", 3: "port-unreachable",
            9: "net-prohibited", 10: "host-prohibited", 13: "admin-prohibited",
        ],
        "icmpv6": [
            0: "no-route", 1: "admin-prohibited", 3: "addr-unreachable", 4: "port-unreachable", 5: "policy-fail",
            6: "reject-route",
        ],
        "icmpx": [0: "no-route", 1: "port-unreachable", 2: "host-unreachable", 3: "admin-prohibited"],
    ]

    private static func reject(_ expression: RuleExpression, _ family: TableFamily) -> String {
        let code = expression.payload(NFTA_REJECT_ICMP_CODE.rawValue)?.first ?? 0
        let kind: String
        switch expression.number(NFTA_REJECT_TYPE.rawValue).map({ nft_reject_types($0) }) {
        case NFT_REJECT_TCP_RST: return "reject with tcp reset"
        case NFT_REJECT_ICMPX_UNREACH: kind = "icmpx"
        case NFT_REJECT_ICMP_UNREACH: kind = family == .ip6 ? "icmpv6" : "icmp"
        default: return "[reject]"
        }
        let name = codes[kind]?[code]
        return name == "port-unreachable" ? "reject" : "reject with \(kind) \(name ?? "\(code)")"
    }

    /// Of xtables, which iptables-nft uses.
    private static func extensionName(_ expression: RuleExpression) -> String {
        let isMatch = expression.name == "match"
        let name = expression.text(isMatch ? NFTA_MATCH_NAME.rawValue : NFTA_TARGET_NAME.rawValue)
        return "xt \(expression.name) \(name ?? "[unnamed]")"
    }

    private static func object(_ expression: RuleExpression) -> String {
        guard let name = expression.text(NFTA_OBJREF_IMM_NAME.rawValue) else { return "[objref]" }
        let kinds: [UInt32: String] = [
            UInt32(NFT_OBJECT_COUNTER): "counter name", UInt32(NFT_OBJECT_QUOTA): "quota name",
            UInt32(NFT_OBJECT_CT_HELPER): "ct helper set", UInt32(NFT_OBJECT_LIMIT): "limit name",
        ]
        guard let kind = expression.number(NFTA_OBJREF_IMM_TYPE.rawValue).flatMap({ kinds[$0] }) else {
            return "[objref \(name)]"
        }
        return "\(kind) \"\(name)\""
    }
}

extension RuleExpression {
    /// A number of eight bytes in network byte order.
    fileprivate func wide(_ type: UInt32) -> UInt64? {
        guard let payload = payload(type), payload.count == 8 else { return nil }
        return payload.reduce(0) { $0 << 8 | UInt64($1) }
    }
}
