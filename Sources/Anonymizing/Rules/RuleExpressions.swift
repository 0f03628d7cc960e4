import CNetlink
import Netlink

/// One expression of a rule: its name, and its attributes.
struct Expression {
    let name: String
    let data: Attributes

    init(_ name: String, _ data: [UInt8] = []) { (self.name, self.data) = (name, Attributes(data)) }

    /// - Parameter element: `NFTA_EXPR_NAME` and `NFTA_EXPR_DATA`.
    init(element: [UInt8]) {
        let parts = Attributes(element)
        self.init(parts.text(NFTA_EXPR_NAME.rawValue) ?? "", parts.payload(NFTA_EXPR_DATA.rawValue) ?? [])
    }

    /// What stands where an expression cannot be shown: no kernel has one of this name, so that a rule with it is copied nowhere.
    static let withheld = Expression("withheld")

    var element: [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(attribute: NFTA_EXPR_NAME.rawValue, Array(name.utf8) + [0])
        if name != Self.withheld.name {
            bytes.append(attribute: NFTA_EXPR_DATA.rawValue | UInt32(NLA_F_NESTED), data.bytes)
        }
        return bytes
    }

    /// The bytes of a value (`NFTA_DATA_VALUE`).
    func value(_ type: some BinaryInteger) -> [UInt8]? {
        data.payload(type).flatMap { Attributes($0).payload(NFTA_DATA_VALUE.rawValue) }
    }

    /// The same with other values.
    func with(_ values: [UInt32: [UInt8]]) -> Expression {
        Expression(
            name,
            data.mapped { type, payload in
                guard let value = values[UInt32(type)] else { return payload }
                return Attributes(payload).mapped { type, old in
                    UInt32(type) == NFTA_DATA_VALUE.rawValue ? value : old
                }
            })
    }
}

/// Goes through a rule as the kernel evaluates it, so that each value is read as what it is compared with.
struct RuleWalk {
    let expressions: [Expression]
    /// Of the table.
    let family: UInt8
    let table: [UInt8]
    var registers = Registers()
    /// `NFPROTO_*` of the packets that get further; nil as long as they can be of either.
    var known: UInt8?
    /// What the rule compared last with, to learn from it.
    var loaded: (register: UInt32?, isProtocol: Bool, isFamily: Bool) = (nil, false, false)
    /// Of `immediate`s that are the two ends of a range: what they become, by their place.
    var ranges: [Int: [UInt8]?] = [:]

    init(_ expressions: [Expression], family: UInt8, table: [UInt8]) {
        (self.expressions, self.family, self.table) = (expressions, family, table)
        if [NFPROTO_IPV4, NFPROTO_IPV6].contains(Int(family)) { known = family }
    }
}

extension AttributeRewriter {
    /// A list of expressions, in which those that are not understood are replaced by one named `withheld`.
    mutating func rewritten(expressions list: [UInt8]) -> [UInt8] {
        let expressions = Attributes(list).all.map { Expression(element: $0.payload) }
        var walk = RuleWalk(expressions, family: header.first ?? 0, table: table)
        prepareRanges(&walk)
        var out: [UInt8] = []
        for place in expressions.indices {
            let rewritten = rewritten(place, &walk)
            if rewritten == nil { leaveOut("an expression “\(Self.shown(expressions[place]))”") }
            out.append(attribute: NFTA_LIST_ELEM.rawValue | UInt32(NLA_F_NESTED), (rewritten ?? .withheld).element)
        }
        return out
    }

    /// A single one, as sets and elements have them.
    mutating func rewritten(expression element: [UInt8]) -> [UInt8] {
        var walk = RuleWalk([Expression(element: element)], family: header.first ?? 0, table: table)
        return (rewritten(0, &walk) ?? .withheld).element
    }

    /// Its name, if it may be one of the kernel's.
    private static func shown(_ expression: Expression) -> String {
        let extra =
            switch expression.name {
            case "match": expression.data.text(NFTA_MATCH_NAME.rawValue)
            case "target": expression.data.text(NFTA_TARGET_NAME.rawValue)
            default: String?.none
            }
        return ([expression.name] + [extra].compactMap(\.self)).map { $0.filter { $0.isASCII && $0.isLetter } }
            .joined(separator: " ")
    }

    /// - Returns: nil for what is not understood.
    private mutating func rewritten(_ place: Int, _ walk: inout RuleWalk) -> Expression? {
        let expression = walk.expressions[place]
        switch expression.name {
        case "payload", "meta", "ct", "rt", "fib", "socket", "numgen", "hash", "exthdr", "osf":
            load(expression, &walk)
            return named(expression)
        case "immediate": return immediate(place, &walk)
        case "bitwise": return bitwise(expression, &walk)
        case "byteorder": return byteOrder(expression, &walk)
        case "cmp": return comparison(expression, &walk)
        case "range": return range(expression, &walk)
        case "lookup", "objref": return lookup(expression, &walk)
        case "dynset": return update(expression, &walk)
        case "match", "target": return module(expression)
        case "log":
            return Expression(
                expression.name,
                expression.data.mapped { [names] type, payload in
                    UInt32(type) == NFTA_LOG_PREFIX.rawValue ? names.text(field: payload) : payload
                })
        case "flow_offload": return named(expression)
        case "counter", "limit", "quota", "last", "connlimit", "notrack", "reject", "nat", "masq", "redir", "queue",
            "tproxy", "dup", "fwd", "synproxy":
            return expression
        default:
            walk.registers.forget()
            return nil
        }
    }

    /// Names of sets and flow tables in what has otherwise numbers only.
    private mutating func named(_ expression: Expression) -> Expression? {
        let type: UInt32? =
            switch expression.name {
            case "numgen": NFTA_NG_SET_NAME.rawValue
            case "hash": NFTA_HASH_SET_NAME.rawValue
            case "flow_offload": NFTA_FLOW_TABLE_NAME.rawValue
            default: nil
            }
        guard let type, let name = expression.data.payload(type) else { return expression }
        let mapped = names.name(field: name)
        return Expression(expression.name, expression.data.mapped { UInt32($0) == type ? mapped : $1 })
    }

    // MARK: Loading

    private func load(_ expression: Expression, _ walk: inout RuleWalk) {
        let data = expression.data
        let register = data.number(expression.destination)
        walk.loaded = (register, false, false)
        let kinds: [ValueByte]
        switch expression.name {
        case "payload":
            kinds = LoadedFields.payload(
                base: data.number(NFTA_PAYLOAD_BASE.rawValue), offset: data.number(NFTA_PAYLOAD_OFFSET.rawValue),
                length: data.number(NFTA_PAYLOAD_LEN.rawValue), family: walk.known)
        case "meta":
            let key = data.number(NFTA_META_KEY.rawValue)
            kinds = LoadedFields.meta(key)
            walk.loaded.isFamily = key == UInt32(NFT_META_NFPROTO.rawValue)
            walk.loaded.isProtocol = key == UInt32(NFT_META_PROTOCOL.rawValue)
        case "ct": kinds = LoadedFields.ct(data.number(NFTA_CT_KEY.rawValue), family: walk.family)
        case "rt": kinds = LoadedFields.route(data.number(NFTA_RT_KEY.rawValue))
        case "fib": kinds = LoadedFields.lookup(data.number(NFTA_FIB_RESULT.rawValue))
        case "exthdr", "osf": kinds = ValueByte.all(.opaque, 16)
        default: kinds = ValueByte.all(.number, 4)
        }
        if register != nil { walk.registers.load(register, kinds) }
    }
}

extension Expression {
    /// The attribute with the register that it loads.
    fileprivate var destination: UInt32 {
        switch name {
        case "payload": NFTA_PAYLOAD_DREG.rawValue
        case "meta": NFTA_META_DREG.rawValue
        case "ct": NFTA_CT_DREG.rawValue
        case "rt": NFTA_RT_DREG.rawValue
        case "fib": NFTA_FIB_DREG.rawValue
        case "socket": NFTA_SOCKET_DREG.rawValue
        case "numgen": NFTA_NG_DREG.rawValue
        case "hash": NFTA_HASH_DREG.rawValue
        case "exthdr": NFTA_EXTHDR_DREG.rawValue
        default: NFTA_OSF_DREG.rawValue
        }
    }
}
