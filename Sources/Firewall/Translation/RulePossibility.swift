import Addresses
import CNetlink
import Netlink

/// Whether a rule of nf_tables may match a packet of which only a part is known, and what it does with it then. Its expressions are followed
/// as the kernel evaluates them (`nft_do_chain`, net/netfilter/nf_tables_core.c); what is not known, or not read here, may match.
struct RulePossibility {
    private(set) var mayMatch = true
    /// Where it may send the packet.
    private(set) var chains: [String] = []
    /// Whether it gives it another address or port.
    private(set) var translates = false
    /// Whether no packet gets to the next rule: it has no condition, and ends with a verdict. One that translates has one, too
    /// (`nft_nat_eval`, net/netfilter/nft_nat.c; `nft_redir_eval`, nft_redir.c; `nft_masq_eval`, nft_masq.c).
    var isLast: Bool { mayMatch && isDecided && isUnconditional }
    private let packet: PartialPacket
    /// By number of a register of four bytes.
    private var registers: [UInt32: [UInt8?]] = [:]
    private let elements: (String) -> SetElements?
    private var isUnconditional = true
    private var isDecided = false

    /// - Parameter elements: of a set of the rule's table; nil for those that cannot be compared here.
    init(of rule: [RuleExpression], for packet: PartialPacket, elements: @escaping (String) -> SetElements?) {
        (self.packet, self.elements) = (packet, elements)
        for expression in rule {
            take(expression)
            if !mayMatch { return }
        }
    }

    private static let unconditional: Set<String> = [
        "immediate", "counter", "log", "notrack", "target", "nat", "redir", "masq",
    ]

    private mutating func take(_ expression: RuleExpression) {
        if !Self.unconditional.contains(expression.name) { isUnconditional = false }
        switch expression.name {
        case "payload", "meta": load(expression)
        case "immediate": takeImmediate(expression)
        case "bitwise": mask(expression)
        case "cmp": compare(expression)
        case "range": takeRange(expression)
        case "lookup": look(expression)
        case "match":
            mayMatch = packet.mayMatch(
                expression.text(NFTA_MATCH_NAME.rawValue) ?? "",
                revision: expression.number(NFTA_MATCH_REV.rawValue) ?? 0,
                expression.payload(NFTA_MATCH_INFO.rawValue) ?? [])
        case "target":
            translates = XTTarget.translating.contains(expression.text(NFTA_TARGET_NAME.rawValue) ?? "")
            isDecided = isDecided || translates
        case "nat":
            translates = true
            // In tables of both families it leaves packets of the other one (`nft_nat_inet_eval`).
            let own = UInt32(packet.family == .ipv6 ? NFPROTO_IPV6 : NFPROTO_IPV4)
            isDecided = isDecided || expression.number(NFTA_NAT_FAMILY.rawValue) == own
        case "redir", "masq": (translates, isDecided) = (true, true)
        case "counter", "log", "limit", "notrack": break
        // Whatever else puts something into a register.
        default: registers = [:]
        }
    }

    // MARK: Registers

    private mutating func load(_ expression: RuleExpression) {
        guard let register = RenderedField.destinationRegister(of: expression) else { return }
        if expression.name == "meta" { return set(register, metaValue(expression)) }
        let (offset, length) = (
            Int(expression.number(NFTA_PAYLOAD_OFFSET.rawValue) ?? .max),
            Int(expression.number(NFTA_PAYLOAD_LEN.rawValue) ?? 0)
        )
        guard offset < 1 << 16, length <= 64 else { return registers = [:] }
        let header: [UInt8?] =
            switch expression.number(NFTA_PAYLOAD_BASE.rawValue) {
            case UInt32(NFT_PAYLOAD_NETWORK_HEADER.rawValue): packet.networkHeader
            case UInt32(NFT_PAYLOAD_TRANSPORT_HEADER.rawValue): packet.transportHeader
            default: []
            }
        let found = Array(header.dropFirst(offset).prefix(length))
        set(register, found + PartialPacket.unknown(length - found.count))
    }

    private func metaValue(_ expression: RuleExpression) -> [UInt8?] {
        switch expression.number(NFTA_META_KEY.rawValue) {
        case UInt32(NFT_META_L4PROTO.rawValue): [packet.protocol?.rawValue]
        case UInt32(NFT_META_NFPROTO.rawValue): [UInt8(packet.family == .ipv6 ? NFPROTO_IPV6 : NFPROTO_IPV4)]
        default: PartialPacket.unknown(16)
        }
    }

    private mutating func set(_ register: UInt32, _ value: [UInt8?]) {
        let first = RenderedField.number(register: register)
        for (place, start) in stride(from: 0, to: value.count, by: 4).enumerated() {
            registers[first &+ UInt32(place)] = Array(value[start..<min(start + 4, value.count)])
        }
    }

    /// What a register and those after it hold.
    private func value(_ register: UInt32?, _ count: Int) -> [UInt8?] {
        guard let register else { return PartialPacket.unknown(count) }
        let first = RenderedField.number(register: register)
        return (0..<count).map { place in
            guard let part = registers[first &+ UInt32(place / 4)], place % 4 < part.count else { return nil }
            return part[place % 4]
        }
    }

    /// `(source & mask) ^ xor` (net/netfilter/nft_bitwise.c); other operations are not followed.
    private mutating func mask(_ expression: RuleExpression) {
        guard let target = expression.number(NFTA_BITWISE_DREG.rawValue),
            expression.number(NFTA_BITWISE_OP.rawValue) ?? 0 == 0,
            let mask = expression.data(NFTA_BITWISE_MASK.rawValue),
            let flips = expression.data(NFTA_BITWISE_XOR.rawValue), flips.count == mask.count
        else { return registers = [:] }
        let source = value(expression.number(NFTA_BITWISE_SREG.rawValue), mask.count)
        set(
            target,
            mask.indices.map { place in
                mask[place] == 0 ? flips[place] : source[place].map { $0 & mask[place] ^ flips[place] }
            })
    }

    // MARK: Conditions

    private mutating func compare(_ expression: RuleExpression) {
        guard let wanted = expression.data(NFTA_CMP_DATA.rawValue),
            let operation = expression.number(NFTA_CMP_OP.rawValue)
        else { return }
        let held = value(expression.number(NFTA_CMP_SREG.rawValue), wanted.count)
        let known = held.compactMap(\.self)
        guard known.count == wanted.count else {
            if operation == UInt32(NFT_CMP_EQ.rawValue) { mayMatch = held.mayEqual(wanted) }
            return
        }
        mayMatch =
            switch operation {
            case UInt32(NFT_CMP_EQ.rawValue): known == wanted
            case UInt32(NFT_CMP_NEQ.rawValue): known != wanted
            case UInt32(NFT_CMP_LT.rawValue): known.lexicographicallyPrecedes(wanted)
            case UInt32(NFT_CMP_LTE.rawValue): !wanted.lexicographicallyPrecedes(known)
            case UInt32(NFT_CMP_GT.rawValue): wanted.lexicographicallyPrecedes(known)
            case UInt32(NFT_CMP_GTE.rawValue): !known.lexicographicallyPrecedes(wanted)
            default: true
            }
    }

    private mutating func takeRange(_ expression: RuleExpression) {
        guard let low = expression.data(NFTA_RANGE_FROM_DATA.rawValue),
            let high = expression.data(NFTA_RANGE_TO_DATA.rawValue), low.count == high.count
        else { return }
        let known = value(expression.number(NFTA_RANGE_SREG.rawValue), low.count).compactMap(\.self)
        guard known.count == low.count else { return }
        let isInside = !known.lexicographicallyPrecedes(low) && !high.lexicographicallyPrecedes(known)
        mayMatch = isInside == (expression.number(NFTA_RANGE_OP.rawValue) ?? 0 == UInt32(NFT_RANGE_EQ.rawValue))
    }

    private mutating func look(_ expression: RuleExpression) {
        let target = expression.number(NFTA_LOOKUP_DREG.rawValue)
        let source = expression.number(NFTA_LOOKUP_SREG.rawValue)
        let isInverted = (expression.number(NFTA_LOOKUP_FLAGS.rawValue) ?? 0) & UInt32(NFT_LOOKUP_F_INV.rawValue) != 0
        if let elements = expression.setUsed.flatMap(elements) {
            let fitting = elements.list.filter { elements.hasIntervals || value(source, $0.key.count).mayEqual($0.key) }
            let isSure = fitting.contains { !elements.hasIntervals && !value(source, $0.key.count).contains(nil) }
            if target == UInt32(NFT_REG_VERDICT.rawValue) { chains += fitting.compactMap(\.chain) }
            if !elements.changesByItself, isInverted ? isSure : fitting.isEmpty { mayMatch = false }
        }
        // Last, as it may be where the key was.
        if let target, target != UInt32(NFT_REG_VERDICT.rawValue) {
            registers[RenderedField.number(register: target)] = nil
        }
    }

    /// Behind these the chain's next rule is not evaluated.
    private static let lastVerdicts: Set<Int32> = [NF_DROP, NF_ACCEPT, NFT_RETURN.rawValue, NFT_GOTO.rawValue]

    private mutating func takeImmediate(_ expression: RuleExpression) {
        guard let register = expression.number(NFTA_IMMEDIATE_DREG.rawValue),
            let data = expression.payload(NFTA_IMMEDIATE_DATA.rawValue)
        else { return }
        if register == UInt32(NFT_REG_VERDICT.rawValue) {
            if let chain = SetElement.chain(in: data) { chains.append(chain) }
            let code = RuleExpression("", data).payload(NFTA_DATA_VERDICT.rawValue).flatMap {
                RuleExpression("", $0).number(NFTA_VERDICT_CODE.rawValue)
            }
            isDecided = isDecided || code.map { Self.lastVerdicts.contains(Int32(bitPattern: $0)) } ?? false
        } else {
            set(register, RuleExpression("", data).payload(NFTA_DATA_VALUE.rawValue) ?? [])
        }
    }
}

/// What a set or map of nf_tables holds.
struct SetElements: Sendable {
    let list: [SetElement]
    /// Whether an element is only the beginning of an interval.
    let hasIntervals: Bool
    /// Whether packets add elements, and time removes them.
    let changesByItself: Bool

    init(of set: RulesetObject, _ lists: [RulesetObject]) {
        list = lists.flatMap(SetElement.all)
        let flags = set.number(NFTA_SET_FLAGS.rawValue) ?? 0
        hasIntervals = flags & UInt32(NFT_SET_INTERVAL.rawValue) != 0
        changesByItself = flags & UInt32(NFT_SET_EVAL.rawValue | NFT_SET_TIMEOUT.rawValue) != 0
    }
}

extension XTTarget {
    /// Those of table nat (net/netfilter/xt_nat.c, xt_REDIRECT.c, xt_MASQUERADE.c, xt_NETMAP.c). TPROXY gives a packet to a socket, and leaves
    /// its addresses and ports as they are (net/netfilter/xt_TPROXY.c, `tproxy_tg4`).
    static let translating: Set<String> = ["DNAT", "SNAT", "REDIRECT", "MASQUERADE", "NETMAP"]
}

extension [UInt8?] {
    /// False if a byte that is known differs.
    fileprivate func mayEqual(_ other: [UInt8]) -> Bool {
        count == other.count && zip(self, other).allSatisfy { $0 == nil || $0 == $1 }
    }
}
