import CNetlink
import Netlink

/// Expressions with values.
extension AttributeRewriter {
    mutating func comparison(_ expression: Expression, _ walk: inout RuleWalk) -> Expression? {
        let register = expression.data.number(NFTA_CMP_SREG.rawValue)
        let operation = expression.data.number(NFTA_CMP_OP.rawValue)
        guard let value = expression.value(NFTA_CMP_DATA.rawValue),
            let kinds = walk.registers.held(register, value.count)
        else { return nil }
        let isEquality = operation == UInt32(NFT_CMP_EQ.rawValue) || operation == UInt32(NFT_CMP_NEQ.rawValue)
        if operation == UInt32(NFT_CMP_EQ.rawValue), register == walk.loaded.register { walk.learn(value) }
        // Replacements have another order.
        guard isEquality || kinds.allSatisfy({ $0.kind == .number }), let mapped = mapped(value, as: kinds) else {
            return nil
        }
        return expression.with([NFTA_CMP_DATA.rawValue: mapped])
    }

    mutating func range(_ expression: Expression, _ walk: inout RuleWalk) -> Expression? {
        guard let low = expression.value(NFTA_RANGE_FROM_DATA.rawValue),
            let high = expression.value(NFTA_RANGE_TO_DATA.rawValue), low.count == high.count,
            let kinds = walk.registers.held(expression.data.number(NFTA_RANGE_SREG.rawValue), low.count),
            let first = kinds.first
        else { return nil }
        if kinds.allSatisfy({ $0.kind == .number }) { return expression }
        guard first.kind.isAddress, kinds == ValueByte.all(first.kind, first.kind.size ?? 0, field: first.field),
            let ends = mapped(from: low, to: high)
        else { return nil }
        return expression.with([NFTA_RANGE_FROM_DATA.rawValue: ends.low, NFTA_RANGE_TO_DATA.rawValue: ends.high])
    }

    /// `(source & mask) ^ xor`; of addresses only what leaves leading bits, or all of them.
    mutating func bitwise(_ expression: Expression, _ walk: inout RuleWalk) -> Expression? {
        let data = expression.data
        let target = data.number(NFTA_BITWISE_DREG.rawValue)
        guard let length = data.number(NFTA_BITWISE_LEN.rawValue), length <= 64,
            var kinds = walk.registers.held(data.number(NFTA_BITWISE_SREG.rawValue), Int(length))
        else {
            walk.registers.load(target, ValueByte.all(.opaque, 16))
            return nil
        }
        if kinds.allSatisfy({ $0.kind == .number }) {
            walk.registers.load(target, kinds)
            return expression
        }
        guard data.number(NFTA_BITWISE_OP.rawValue) ?? 0 == 0, let mask = expression.value(NFTA_BITWISE_MASK.rawValue),
            let flips = expression.value(NFTA_BITWISE_XOR.rawValue), mask.count == kinds.count,
            flips.allSatisfy({ $0 == 0 })
        else {
            walk.registers.load(target, ValueByte.all(.opaque, Int(length)))
            return nil
        }
        for place in kinds.indices { kinds[place].mask &= mask[place] }
        walk.registers.load(target, kinds)
        return expression
    }

    func byteOrder(_ expression: Expression, _ walk: inout RuleWalk) -> Expression? {
        let length = Int(expression.data.number(NFTA_BYTEORDER_LEN.rawValue) ?? 0)
        let kinds = walk.registers.held(expression.data.number(NFTA_BYTEORDER_SREG.rawValue), min(length, 64)) ?? []
        let isNumber = kinds.allSatisfy { $0.kind == .number }
        walk.registers.load(
            expression.data.number(NFTA_BYTEORDER_DREG.rawValue),
            ValueByte.all(isNumber ? .number : .opaque, kinds.count))
        return expression
    }

    // MARK: Sets

    /// The layout of the set of this name in the rule's table.
    private func layout(_ name: [UInt8]?, _ walk: RuleWalk) -> SetLayout? {
        guard let name else { return nil }
        return sets[SetIdentity(family: walk.family, table: walk.table, name: Array(name.prefix { $0 != 0 }))]
    }

    mutating func lookup(_ expression: Expression, _ walk: inout RuleWalk) -> Expression? {
        let isLookup = expression.name == "lookup"
        let types =
            isLookup
            ? (name: NFTA_LOOKUP_SET.rawValue, key: NFTA_LOOKUP_SREG.rawValue)
            : (name: NFTA_OBJREF_SET_NAME.rawValue, key: NFTA_OBJREF_SET_SREG.rawValue)
        let name = expression.data.payload(types.name)
        let object = isLookup ? nil : expression.data.payload(NFTA_OBJREF_IMM_NAME.rawValue)
        let target = isLookup ? expression.data.number(NFTA_LOOKUP_DREG.rawValue) : nil
        let set = layout(name, walk)
        defer { if target != nil { walk.registers.load(target, set?.dataBytes ?? ValueByte.all(.opaque, 16)) } }
        if name != nil {
            guard let set, matches(set, expression.data.number(types.key), walk) else { return nil }
        }
        let mapped = (name.map { names.name(field: $0) }, object.map { names.name(field: $0) })
        return Expression(
            expression.name,
            expression.data.mapped { type, payload in
                if UInt32(type) == types.name, let name = mapped.0 { return name }
                if !isLookup, UInt32(type) == NFTA_OBJREF_IMM_NAME.rawValue, let name = mapped.1 { return name }
                return payload
            })
    }

    /// Whether what is looked up is what the set's elements were replaced as.
    private func matches(_ set: SetLayout, _ register: UInt32?, _ walk: RuleWalk) -> Bool {
        let wanted = set.keyBytes
        guard let held = walk.registers.held(register, wanted.count) else { return false }
        return zip(held, wanted).allSatisfy { held, wanted in
            if wanted.kind == .number { return held.kind == .number || held.kind == .opaque }
            return held.kind == wanted.kind && held.place == wanted.place && held.mask == 0xFF
                && held.kind != .opaque
        }
    }

    mutating func update(_ expression: Expression, _ walk: inout RuleWalk) -> Expression? {
        let name = expression.data.payload(NFTA_DYNSET_SET_NAME.rawValue)
        guard let set = layout(name, walk),
            matches(set, expression.data.number(NFTA_DYNSET_SREG_KEY.rawValue), walk)
        else { return nil }
        let mappedName = name.map { names.name(field: $0) } ?? []
        var parts: [UInt32: [UInt8]] = [NFTA_DYNSET_SET_NAME.rawValue: mappedName]
        if let one = expression.data.payload(NFTA_DYNSET_EXPR.rawValue) {
            parts[NFTA_DYNSET_EXPR.rawValue] = rewritten(expression: one)
        }
        if let list = expression.data.payload(NFTA_DYNSET_EXPRESSIONS.rawValue) {
            parts[NFTA_DYNSET_EXPRESSIONS.rawValue] = rewritten(expressions: list)
        }
        return Expression(expression.name, expression.data.mapped { parts[UInt32($0)] ?? $1 })
    }

    // MARK: Immediate values

    mutating func immediate(_ place: Int, _ walk: inout RuleWalk) -> Expression? {
        let expression = walk.expressions[place]
        let register = expression.data.number(NFTA_IMMEDIATE_DREG.rawValue)
        guard let data = expression.data.payload(NFTA_IMMEDIATE_DATA.rawValue) else { return nil }
        if register == UInt32(NFT_REG_VERDICT.rawValue) {
            let mapped = rewritten(data: data, as: [])
            return mapped.map { mapped in
                Expression(
                    expression.name,
                    expression.data.mapped { UInt32($0) == NFTA_IMMEDIATE_DATA.rawValue ? mapped : $1 })
            }
        }
        guard let value = Attributes(data).payload(NFTA_DATA_VALUE.rawValue) else { return nil }
        let kinds = use(of: register, value.count, after: place, walk) ?? ValueByte.all(.opaque, value.count)
        walk.registers.load(register, kinds)
        let replacement: [UInt8]? =
            if let end = walk.ranges[place] { end } else { mapped(value, as: kinds) }
        return replacement.map { expression.with([NFTA_IMMEDIATE_DATA.rawValue: $0]) }
    }

    /// A value or a verdict (`NFTA_DATA_*`).
    ///
    /// - Returns: nil for a value that is not understood.
    mutating func rewritten(data: [UInt8], as kinds: [ValueByte]) -> [UInt8]? {
        let parts = Attributes(data)
        if let verdict = parts.payload(NFTA_DATA_VERDICT.rawValue) {
            let chain = Attributes(verdict).payload(NFTA_VERDICT_CHAIN.rawValue).map { names.name(field: $0) }
            let mapped = Attributes(verdict).mapped { type, payload in
                UInt32(type) == NFTA_VERDICT_CHAIN.rawValue ? chain ?? [] : payload
            }
            return parts.mapped { UInt32($0) == NFTA_DATA_VERDICT.rawValue ? mapped : $1 }
        }
        guard let value = parts.payload(NFTA_DATA_VALUE.rawValue), let mapped = mapped(value, as: kinds) else {
            return nil
        }
        return parts.mapped { UInt32($0) == NFTA_DATA_VALUE.rawValue ? mapped : $1 }
    }
}

extension RuleWalk {
    /// From an equality.
    mutating func learn(_ value: [UInt8]) {
        if loaded.isFamily, value.count == 1 { known = value[0] }
        // ETH_P_IP, ETH_P_IPV6
        if loaded.isProtocol, value == [0x08, 0x00] { known = UInt8(NFPROTO_IPV4) }
        if loaded.isProtocol, value == [0x86, 0xDD] { known = UInt8(NFPROTO_IPV6) }
    }
}
