import Addresses
import CNetlink
import Netlink

/// Reads the expressions of a rule, in order, for what they say about the destinations of packets that it matches.
struct DestinationReader {
    private(set) var hints = [DestinationHint()]
    /// Chains that the rule sends packets to, and which of them.
    private(set) var jumps: [(chain: String, hints: [DestinationHint])] = []
    /// What of a packet is in a register, by its number from `NFT_REG32_00` on.
    private var loads: [UInt32: Load] = [:]
    private let family: TableFamily
    private let sets: XTSets
    private let elements: (String) -> [SetElement]

    /// - Parameters:
    ///   - sets: those of ipset.
    ///   - elements: of a set of the rule's table.
    init(of rule: RulesetObject, _ sets: XTSets, elements: @escaping (String) -> [SetElement]) {
        (family, self.sets, self.elements) = (rule.family, sets, elements)
        for expression in rule.expressions { take(expression) }
        // What comes after a verdict is never met.
        jumps = jumps.map { ($0.chain, hints.narrowed(by: $0.hints)) }
    }

    private mutating func take(_ expression: RuleExpression) {
        switch expression.name {
        case "payload", "meta":
            guard let register = RenderedField.destinationRegister(of: expression) else { return }
            loads[RenderedField.number(register: register)] = Load(expression, family)
        case "cmp":
            let operation = expression.number(NFTA_CMP_OP.rawValue) ?? .max
            let isMeant = [NFT_CMP_EQ, NFT_CMP_GTE, NFT_CMP_LTE].contains { $0.rawValue == operation }
            if isMeant { narrow(expression.number(NFTA_CMP_SREG.rawValue), expression.bytes(NFTA_CMP_DATA.rawValue)) }
        case "range" where expression.number(NFTA_RANGE_OP.rawValue) ?? 0 == NFT_RANGE_EQ.rawValue:
            narrow(expression.number(NFTA_RANGE_SREG.rawValue), expression.bytes(NFTA_RANGE_FROM_DATA.rawValue))
        case "lookup": takeLookup(expression)
        case "immediate":
            guard expression.number(NFTA_IMMEDIATE_DREG.rawValue) == UInt32(NFT_REG_VERDICT.rawValue),
                let chain = expression.payload(NFTA_IMMEDIATE_DATA.rawValue).flatMap({ SetElement.chain(in: $0) })
            else { return }
            jumps.append((chain, [DestinationHint()]))
        case "match":
            let name = (expression.payload(NFTA_MATCH_NAME.rawValue) ?? []).prefix { $0 != 0 }
            let alternatives = sets.hints(
                ofMatch: String(decoding: name, as: UTF8.self),
                revision: expression.number(NFTA_MATCH_REV.rawValue) ?? 0,
                expression.payload(NFTA_MATCH_INFO.rawValue) ?? [])
            if let alternatives { hints = hints.narrowed(by: alternatives) }
        // Parts of an address or port, or something else.
        case "bitwise", "byteorder", "ct", "fib", "hash", "numgen", "rt", "socket", "osf", "exthdr": loads = [:]
        default: break
        }
    }

    private mutating func narrow(_ register: UInt32?, _ value: [UInt8]?) {
        guard let register, let value, let load = loads[RenderedField.number(register: register)],
            let hint = load.hint(value)
        else { return }
        hints = hints.narrowed(by: [hint])
    }

    private mutating func takeLookup(_ expression: RuleExpression) {
        guard let set = expression.setUsed, let source = expression.number(NFTA_LOOKUP_SREG.rawValue) else { return }
        let isInverted = (expression.number(NFTA_LOOKUP_FLAGS.rawValue) ?? 0) & NFT_LOOKUP_F_INV.rawValue != 0
        let target = expression.number(NFTA_LOOKUP_DREG.rawValue)
        let found = elements(set).map { element in (element, hint: hint(of: element, from: source)) }
        if target == UInt32(NFT_REG_VERDICT.rawValue) {
            jumps += found.compactMap { element, hint in element.chain.map { ($0, [hint]) } }
        } else if !isInverted, !found.isEmpty {
            hints = hints.narrowed(by: found.map(\.hint))
        }
    }

    /// A key of several fields has each in registers of its own.
    private func hint(of element: SetElement, from source: UInt32) -> DestinationHint {
        var hint = DestinationHint()
        var register = RenderedField.number(register: source)
        var rest = element.key[...]
        while !rest.isEmpty, let load = loads[register] {
            let part = load.hint(Array(rest.prefix(load.length))) ?? DestinationHint()
            hint = [hint].narrowed(by: [part]).first ?? hint
            let space = (load.length + 3) & ~3
            rest = rest.dropFirst(space)
            register &+= UInt32(space / 4)
        }
        hint.mapped = element.mapped
        return hint
    }
}

/// What of a packet a register holds.
private struct Load {
    /// In bytes.
    let length: Int
    /// Where its parts are.
    private var address: Range<Int>?
    private var port: Range<Int>?
    private var `protocol`: Range<Int>?

    init?(_ expression: RuleExpression, _ family: TableFamily) {
        if expression.name == "meta" {
            guard expression.number(NFTA_META_KEY.rawValue) == UInt32(NFT_META_L4PROTO.rawValue) else { return nil }
            (length, `protocol`) = (1, 0..<1)
            return
        }
        guard let offset = expression.number(NFTA_PAYLOAD_OFFSET.rawValue).flatMap({ Int(exactly: $0) }),
            let size = expression.number(NFTA_PAYLOAD_LEN.rawValue).flatMap({ Int(exactly: $0) }), offset < 1 << 16,
            (1...64).contains(size)
        else { return nil }
        length = size
        // nft(8) loads fields that are next to each other as one.
        func part(_ field: Range<Int>) -> Range<Int>? {
            field.lowerBound >= offset && field.upperBound <= offset + size
                ? field.lowerBound - offset..<field.upperBound - offset : nil
        }
        switch expression.number(NFTA_PAYLOAD_BASE.rawValue) {
        case UInt32(NFT_PAYLOAD_NETWORK_HEADER.rawValue):
            // In a table of both families the length tells which it is.
            let isIPv6 = family == .ip6 || family != .ip && (size >= 16 || offset == 6)
            address = part(isIPv6 ? 24..<40 : 16..<20)
            `protocol` = part(isIPv6 ? 6..<7 : 9..<10)
        case UInt32(NFT_PAYLOAD_TRANSPORT_HEADER.rawValue): port = part(2..<4)
        default: break
        }
    }

    /// Nil if it says nothing about a destination.
    func hint(_ value: [UInt8]) -> DestinationHint? {
        func bytes(_ part: Range<Int>?) -> [UInt8]? {
            part.flatMap { $0.upperBound <= value.count ? Array(value[$0]) : nil }
        }
        let hint = DestinationHint(
            protocol: bytes(`protocol`)?.first.map { IPProtocol(rawValue: $0) },
            address: bytes(address).flatMap(IPAddress.init(networkOrder:)),
            port: bytes(port).map { $0.reduce(0) { $0 << 8 | UInt16($1) } })
        return hint == DestinationHint() ? nil : hint
    }
}

/// An element of a set or map of nf_tables.
struct SetElement: Sendable {
    /// Empty for the one that stands for all others.
    let key: [UInt8]
    /// What a map of numbers of four bytes has for it, in host order, as a mark is.
    let mapped: UInt32?
    /// Where a map of verdicts sends packets.
    let chain: String?

    /// Of one list; those that only end an interval are left out, and so is what is malformed.
    static func all(of list: RulesetObject) -> [SetElement] {
        guard let bytes = list.payload(NFTA_SET_ELEM_LIST_ELEMENTS.rawValue) else { return [] }
        var found: [SetElement] = []
        var cursor = AttributeCursor(0..<bytes.count)
        while let attribute = try? cursor.next(in: bytes.span.bytes) {
            if let element = SetElement(bytes.span.bytes.copy(attribute)) { found.append(element) }
        }
        return found
    }

    private init?(_ attributes: [UInt8]) {
        let element = RuleExpression("", attributes)
        let flags = element.number(NFTA_SET_ELEM_FLAGS.rawValue) ?? 0
        let isRest = flags & NFT_SET_ELEM_CATCHALL.rawValue != 0
        guard flags & NFT_SET_ELEM_INTERVAL_END.rawValue == 0,
            let key = element.bytes(NFTA_SET_ELEM_KEY.rawValue) ?? (isRest ? [] : nil)
        else { return nil }
        self.key = key
        let value = element.bytes(NFTA_SET_ELEM_DATA.rawValue)
        mapped = value.flatMap { $0.count == 4 ? try? $0.span.bytes.host(at: 0) : nil }
        chain = element.payload(NFTA_SET_ELEM_DATA.rawValue).flatMap { Self.chain(in: $0) }
    }

    /// Of a verdict, as `NFTA_IMMEDIATE_DATA` and `NFTA_SET_ELEM_DATA` have it.
    static func chain(in data: [UInt8]) -> String? {
        RuleExpression("", data).payload(NFTA_DATA_VERDICT.rawValue).flatMap {
            RuleExpression("", $0).payload(NFTA_VERDICT_CHAIN.rawValue)
        }.map { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
}

extension RuleExpression {
    /// What a nested value holds.
    fileprivate func bytes(_ type: UInt32) -> [UInt8]? {
        payload(type).flatMap { RuleExpression("", $0).payload(NFTA_DATA_VALUE.rawValue) }
    }
}
