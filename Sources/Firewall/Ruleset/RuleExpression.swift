import CNetlink
import Netlink

/// One of a rule's expressions: the instructions that a packet meets, in order.
struct RuleExpression: AttributeList {
    /// `meta`, `cmp`, `lookup`, `match`
    let name: String
    /// In the kernel's layout.
    let attributes: [UInt8]

    init(_ name: String, _ attributes: [UInt8]) { (self.name, self.attributes) = (name, attributes) }

    /// The set in which it looks, or to which it adds.
    var setUsed: String? {
        let type: UInt32
        switch name {
        case "lookup": type = NFTA_LOOKUP_SET.rawValue
        case "dynset": type = NFTA_DYNSET_SET_NAME.rawValue
        case "objref": type = NFTA_OBJREF_SET_NAME.rawValue
        default: return nil
        }
        return payload(type).map { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
}

/// Targets of xtables.
enum XTTarget {
    /// These are one for all namespaces: a timer or a light of the same name is the host's own (net/netfilter/xt_IDLETIMER.c, xt_LED.c),
    /// and so is the audit log (xt_AUDIT.c).
    static let beyondNamespaces: Set<String> = ["IDLETIMER", "LED", "AUDIT"]
}

extension RulesetObject {
    /// Of a rule: what in it acts beyond its network namespace.
    var actorBeyondNamespaces: String? {
        expressions.lazy.compactMap { expression in
            switch expression.name {
            case "target":
                expression.payload(NFTA_TARGET_NAME.rawValue).map {
                    String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
                }.flatMap { XTTarget.beyondNamespaces.contains($0) ? "target \($0)" : nil }
            case "log":
                expression.number(NFTA_LOG_LEVEL.rawValue) == UInt32(NFT_LOGLEVEL_AUDIT.rawValue)
                    ? "log level audit" : nil
            default: nil
            }
        }.first
    }
}

extension Ruleset {
    /// Whether a rule looks at the index of one of these links (`iif`, `oif`), or at any in a way that is not read here.
    package func matchesIndexes(of links: Set<Int32>) -> Bool {
        self[.rule].contains { rule in
            let expressions = rule.expressions
            return expressions.indices.contains { place in
                guard !links.isEmpty, expressions[place].loadsLinkIndex else { return false }
                guard place + 1 < expressions.count, let index = expressions[place + 1].comparedIndex else {
                    return true
                }
                return links.contains(index)
            }
        }
    }
}

extension RuleExpression {
    fileprivate var loadsLinkIndex: Bool {
        let key = number(NFTA_META_KEY.rawValue)
        return name == "meta" && (key == UInt32(NFT_META_IIF.rawValue) || key == UInt32(NFT_META_OIF.rawValue))
    }

    /// Of a comparison: its value as an index, in host order; nil for anything else.
    fileprivate var comparedIndex: Int32? {
        guard name == "cmp", let data = payload(NFTA_CMP_DATA.rawValue),
            let value = RuleExpression("", data).payload(NFTA_DATA_VALUE.rawValue), value.count == 4
        else { return nil }
        return try? value.span.bytes.host(at: 0)
    }
}

extension RulesetObject {
    /// Of a rule; those that are malformed are left out.
    var expressions: [RuleExpression] {
        guard kind == .rule, let list = payload(NFTA_RULE_EXPRESSIONS.rawValue) else { return [] }
        let bytes = list.span.bytes
        var found: [RuleExpression] = []
        var cursor = AttributeCursor(0..<list.count)
        while let element = try? cursor.next(in: bytes) {
            guard
                let parts = try? AttributePair(
                    element, NFTA_EXPR_NAME.rawValue, NFTA_EXPR_DATA.rawValue, in: bytes),
                let name = bytes.text(parts.first)
            else { continue }
            found.append(RuleExpression(name, parts.second.map { bytes.copy($0) } ?? []))
        }
        return found
    }

    /// What xtables' matches and targets in it (from iptables-nft) have to know, and a list of rules lacks.
    var compatibility: RuleCompatibility? { RuleCompatibility(of: expressions) }
}

/// The protocol that a rule of iptables-nft is for (`NFTA_RULE_COMPAT`): matches such as `tcp` refuse any other rule. It is told by the
/// rule's own comparison, as nft_compat.c's `nft_parse_compat` wants it.
struct RuleCompatibility: Equatable {
    private(set) var protocolNumber: UInt32 = 0
    private(set) var isInverted = false

    /// - Returns: nil for a rule without matches and targets of xtables.
    init?(of expressions: [RuleExpression]) {
        guard expressions.contains(where: { $0.name == "match" || $0.name == "target" }) else { return nil }
        var isProtocol = false
        for expression in expressions {
            if expression.name == "cmp", isProtocol { take(expression) }
            isProtocol = Self.loadsProtocol(expression)
        }
    }

    /// `meta l4proto`, or the protocol's byte in an IP header.
    private static func loadsProtocol(_ expression: RuleExpression) -> Bool {
        switch expression.name {
        case "meta": return expression.number(NFTA_META_KEY.rawValue) == UInt32(NFT_META_L4PROTO.rawValue)
        case "payload":
            let offset = expression.number(NFTA_PAYLOAD_OFFSET.rawValue)
            return expression.number(NFTA_PAYLOAD_BASE.rawValue) == UInt32(NFT_PAYLOAD_NETWORK_HEADER.rawValue)
                && (offset == 9 || offset == 6) && expression.number(NFTA_PAYLOAD_LEN.rawValue) == 1
        default: return false
        }
    }

    private mutating func take(_ comparison: RuleExpression) {
        guard let data = comparison.payload(NFTA_CMP_DATA.rawValue),
            let value = RuleExpression("", data).payload(NFTA_DATA_VALUE.rawValue), let number = value.first
        else { return }
        protocolNumber = UInt32(number)
        isInverted = comparison.number(NFTA_CMP_OP.rawValue) != UInt32(NFT_CMP_EQ.rawValue)
    }

    /// In network byte order, both of them.
    func append(to request: inout Request) {
        request.nest(NFTA_RULE_COMPAT.rawValue) { nested in
            nested.append(NFTA_RULE_COMPAT_PROTO.rawValue, bigEndian: protocolNumber)
            nested.append(
                NFTA_RULE_COMPAT_FLAGS.rawValue,
                bigEndian: isInverted ? UInt32(NFT_RULE_COMPAT_F_INV.rawValue) : 0)
        }
    }
}
