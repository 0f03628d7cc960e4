import CNetlink

/// A field of a packet in a rule's text: `ip saddr`, `ct state`.
struct RenderedField {
    let name: String
    let format: FieldFormat
    /// Which of its bits are compared.
    var mask: [UInt8]?
    /// Whether its value is in network order, although the field is not.
    var isBigEndian = false
    /// Which comparison of another field it makes needless.
    private var dependencies: [Dependency] = []
    /// Fields next to each other are loaded as one (`payload_try_merge` in nft's src/payload.c).
    private var parts: [(field: RenderedField, length: Int)] = []

    /// What must be compared before a field has a meaning, and what nft(8) leaves out.
    enum Dependency: Equatable {
        case family(UInt8)
        case transport(UInt8)
    }

    /// What was compared before.
    struct Context {
        var family = TableFamily.inet
        var transport: UInt8?

        mutating func learn(_ field: RenderedField, _ value: [UInt8]) {
            switch (field.dependency(value), field.name) {
            case (.transport(let number), _): transport = number
            case (.family(let number), _): family = TableFamily(rawValue: number)
            case (nil, "ip protocol"), (nil, "ip6 nexthdr"): transport = value.first
            case (nil, _): break
            }
        }
    }

    private init(_ name: String, _ format: FieldFormat, _ dependencies: [Dependency] = []) {
        (self.name, self.format, self.dependencies) = (name, format, dependencies)
    }

    /// - Returns: nil for what has no words here.
    init?(_ expression: RuleExpression, _ known: Context) {
        let found: RenderedField?
        switch expression.name {
        case "payload": found = Self.payload(expression, known)
        case "meta": found = Self.meta(expression.number(NFTA_META_KEY.rawValue))
        case "ct": found = Self.ct(expression)
        default: found = nil
        }
        guard let found else { return nil }
        self = found
    }

    static func destinationRegister(of expression: RuleExpression) -> UInt32? {
        switch expression.name {
        case "payload": expression.number(NFTA_PAYLOAD_DREG.rawValue)
        case "meta": expression.number(NFTA_META_DREG.rawValue)
        default: expression.number(NFTA_CT_DREG.rawValue)
        }
    }

    /// Of an expression that sets what others load.
    static func sourceRegister(of expression: RuleExpression) -> UInt32? {
        switch expression.name {
        case "payload": expression.number(NFTA_PAYLOAD_SREG.rawValue)
        case "meta": expression.number(NFTA_META_SREG.rawValue)
        default: expression.number(NFTA_CT_SREG.rawValue)
        }
    }

    /// Registers 1 to 4 have 16 bytes, and are the same as four each of those from `NFT_REG32_00` on (`nft_parse_register`).
    static func number(register: UInt32) -> UInt32 {
        (1...4).contains(register) ? UInt32(NFT_REG32_00.rawValue) + (register - 1) * 4 : register
    }

    // MARK: Fields

    private static func payload(_ expression: RuleExpression, _ known: Context) -> RenderedField? {
        guard let base = expression.number(NFTA_PAYLOAD_BASE.rawValue),
            let offset = expression.number(NFTA_PAYLOAD_OFFSET.rawValue),
            let length = expression.number(NFTA_PAYLOAD_LEN.rawValue), offset < 65536, (1...64).contains(length)
        else { return nil }
        switch base {
        case NFT_PAYLOAD_NETWORK_HEADER.rawValue:
            return found("nh", offset, length) { network($0, $1, known.family) }
        case NFT_PAYLOAD_TRANSPORT_HEADER.rawValue:
            return found("th", offset, length) { behind($0, $1, known.transport) }
        case NFT_PAYLOAD_LL_HEADER.rawValue: return raw("ll", offset, length)
        default: return nil
        }
    }

    /// One field, or several next to each other, or bytes.
    private static func found(
        _ base: String, _ offset: UInt32, _ length: UInt32, _ field: (UInt32, UInt32) -> RenderedField?
    ) -> RenderedField {
        if let one = field(offset, length) { return one }
        var whole = raw(base, offset, length)
        var place = offset
        while place < offset + length {
            let left = offset + length - place
            let sizes = [UInt32(16), 4, 2, 1].filter { $0 <= left }
            guard let size = sizes.first(where: { field(place, $0) != nil }), let part = field(place, size) else {
                return raw(base, offset, length)
            }
            whole.parts.append((part, Int(size)))
            whole.dependencies += part.dependencies
            place += size
        }
        return whole
    }

    private static func raw(_ base: String, _ offset: UInt32, _ length: UInt32) -> RenderedField {
        RenderedField("@\(base),\(offset * 8),\(length * 8)", .bytes)
    }

    /// In a table of both families the length tells them apart; whole bytes of an address are a prefix.
    private static func network(_ offset: UInt32, _ length: UInt32, _ family: TableFamily) -> RenderedField? {
        let isFour = family == .ip || family != .ip6 && length <= 4 && offset >= 12
        if family == .ip || family == .inet || family == .ip6 {
            let of: [Dependency] = [.family(isFour ? TableFamily.ip.rawValue : TableFamily.ip6.rawValue)]
            switch (isFour, offset, length) {
            case (true, 12, 1...4): return RenderedField("ip saddr", .address(4), of)
            case (true, 16, 1...4): return RenderedField("ip daddr", .address(4), of)
            case (true, 9, 1): return RenderedField("ip protocol", .protocol, of)
            case (true, 8, 1): return RenderedField("ip ttl", .number, of)
            case (false, 8, 1...16): return RenderedField("ip6 saddr", .address(16), of)
            case (false, 24, 1...16): return RenderedField("ip6 daddr", .address(16), of)
            case (false, 6, 1): return RenderedField("ip6 nexthdr", .protocol, of)
            case (false, 7, 1): return RenderedField("ip6 hoplimit", .number, of)
            default: return nil
            }
        }
        return nil
    }

    private static let withPorts: [UInt8: String] = [6: "tcp", 17: "udp", 33: "dccp", 132: "sctp", 136: "udplite"]

    private static func behind(_ offset: UInt32, _ length: UInt32, _ transport: UInt8?) -> RenderedField? {
        let of = transport.map { [Dependency.transport($0)] } ?? []
        let name = transport.flatMap { withPorts[$0] } ?? "th"
        switch (transport, offset, length) {
        case (1, 0, 1): return RenderedField("icmp type", .icmpType, of + [.family(TableFamily.ip.rawValue)])
        case (1, 1, 1): return RenderedField("icmp code", .number, of + [.family(TableFamily.ip.rawValue)])
        case (58, 0, 1): return RenderedField("icmpv6 type", .icmpv6Type, of + [.family(TableFamily.ip6.rawValue)])
        case (58, 1, 1): return RenderedField("icmpv6 code", .number, of + [.family(TableFamily.ip6.rawValue)])
        case (1, _, _), (58, _, _): return nil
        case (6, 13, 1): return RenderedField("tcp flags", .tcpFlags, of)
        case (_, 0, 2): return RenderedField("\(name) sport", .number, name == "th" ? [] : of)
        case (_, 2, 2): return RenderedField("\(name) dport", .number, name == "th" ? [] : of)
        default: return nil
        }
    }

    private static func meta(_ key: UInt32?) -> RenderedField? {
        switch key.map({ nft_meta_keys($0) }) {
        case NFT_META_IIFNAME: RenderedField("iifname", .name)
        case NFT_META_OIFNAME: RenderedField("oifname", .name)
        case NFT_META_IIF: RenderedField("iif", .hostNumber)
        case NFT_META_OIF: RenderedField("oif", .hostNumber)
        case NFT_META_L4PROTO: RenderedField("meta l4proto", .protocol)
        case NFT_META_NFPROTO: RenderedField("meta nfproto", .family)
        case NFT_META_MARK: RenderedField("meta mark", .mark)
        case NFT_META_SKUID: RenderedField("meta skuid", .hostNumber)
        case NFT_META_SKGID: RenderedField("meta skgid", .hostNumber)
        case NFT_META_LEN: RenderedField("meta length", .hostNumber)
        case NFT_META_PKTTYPE: RenderedField("meta pkttype", .packetType)
        case NFT_META_NFTRACE: RenderedField("meta nftrace", .hostNumber)
        default: nil
        }
    }

    private static func ct(_ expression: RuleExpression) -> RenderedField? {
        guard expression.payload(NFTA_CT_DIRECTION.rawValue) == nil else { return nil }
        switch expression.number(NFTA_CT_KEY.rawValue).map({ nft_ct_keys($0) }) {
        case NFT_CT_STATE: return RenderedField("ct state", .ctState)
        case NFT_CT_STATUS: return RenderedField("ct status", .ctStatus)
        case NFT_CT_MARK: return RenderedField("ct mark", .mark)
        case NFT_CT_DIRECTION: return RenderedField("ct direction", .direction)
        default: return nil
        }
    }
}

extension RenderedField {
    /// What comparing it with a value makes known.
    func dependency(_ value: [UInt8]) -> Dependency? {
        guard mask == nil, value.count == 1 else { return nil }
        switch name {
        case "meta l4proto": return .transport(value[0])
        case "meta nfproto": return .family(value[0])
        default: return nil
        }
    }

    func implies(_ dependency: Dependency) -> Bool { dependencies.contains(dependency) }

    /// As a match: `tcp dport 80`, `ct state new`.
    func comparison(_ operation: UInt32, _ value: [UInt8]) -> String {
        let isEqual = operation == UInt32(NFT_CMP_EQ.rawValue)
        if isEqual, mask == nil, !parts.isEmpty, value.count == parts.reduce(0, { $0 + $1.length }) {
            var rest = value[...]
            return parts.map { part in
                defer { rest = rest.dropFirst(part.length) }
                return part.field.comparison(operation, Array(rest.prefix(part.length)))
            }.joined(separator: " ")
        }
        if let mask {
            let isZero = value.allSatisfy { $0 == 0 }
            if format.isFlags, isZero, !isEqual { return "\(name) \(format.text(mask, isBigEndian: isBigEndian))" }
            if format == .tcpFlags {
                return "\(name) \(isEqual ? "" : "!= ")\(format.text(value)) / \(format.text(mask))"
            }
            if let prefix = format.prefix(value, mask: mask) { return "\(name) \(isEqual ? "" : "!= ")\(prefix)" }
            return "\(name) & \(format.text(mask)) \(isEqual ? "==" : "!=") \(text(value))"
        }
        let sign =
            switch nft_cmp_ops(operation) {
            case NFT_CMP_EQ: ""
            case NFT_CMP_NEQ: "!= "
            case NFT_CMP_LT: "< "
            case NFT_CMP_LTE: "<= "
            case NFT_CMP_GT: "> "
            default: ">= "
            }
        return "\(name) \(sign)\(text(value))"
    }

    func text(_ value: [UInt8]) -> String { format.text(value, isBigEndian: isBigEndian) }

    /// As a statement: `meta mark set 0x00000001`.
    func assignment(_ value: [UInt8]?) -> String { "\(name) set \(value.map(text) ?? "[register]")" }
}
