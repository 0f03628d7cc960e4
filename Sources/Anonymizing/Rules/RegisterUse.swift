import CNetlink

/// What values that rules put into registers are for, as the value itself does not say it.
extension AttributeRewriter {
    /// What the first expression that uses a value takes it for.
    ///
    /// - Returns: nil if none does, or one that is not known.
    func use(of register: UInt32?, _ count: Int, after place: Int, _ walk: RuleWalk) -> [ValueByte]? {
        guard let start = Registers.start(register) else { return nil }
        for expression in walk.expressions.dropFirst(place + 1) {
            if let found = uses(of: expression, count, walk).first(where: { use in
                Registers.start(use.register).map { $0 <= start && start < $0 + max(1, use.kinds.count) } ?? false
            }) {
                let skipped = start - (Registers.start(found.register) ?? start)
                let kinds = Array(found.kinds.dropFirst(skipped).prefix(count))
                return kinds.count == count ? kinds : nil
            }
        }
        return nil
    }

    private typealias Use = (register: UInt32?, kinds: [ValueByte])

    /// - Parameter count: of the value's bytes.
    private func uses(of expression: Expression, _ count: Int, _ walk: RuleWalk) -> [Use] {
        let data = expression.data
        let address = ValueByte.all(count == 4 ? .ipv4 : count == 16 ? .ipv6 : .opaque, count)
        let number = ValueByte.all(.number, count)
        func all(_ types: [UInt32], _ kinds: [ValueByte]) -> [Use] {
            types.compactMap { type in data.number(type).map { ($0, kinds) } }
        }
        switch expression.name {
        case "nat":
            return all([NFTA_NAT_REG_ADDR_MIN.rawValue, NFTA_NAT_REG_ADDR_MAX.rawValue], address)
                + all([NFTA_NAT_REG_PROTO_MIN.rawValue, NFTA_NAT_REG_PROTO_MAX.rawValue], number)
        case "masq": return all([NFTA_MASQ_REG_PROTO_MIN.rawValue, NFTA_MASQ_REG_PROTO_MAX.rawValue], number)
        case "redir": return all([NFTA_REDIR_REG_PROTO_MIN.rawValue, NFTA_REDIR_REG_PROTO_MAX.rawValue], number)
        case "tproxy":
            return all([NFTA_TPROXY_REG_ADDR.rawValue], address) + all([NFTA_TPROXY_REG_PORT.rawValue], number)
        case "dup": return all([NFTA_DUP_SREG_ADDR.rawValue], address) + all([NFTA_DUP_SREG_DEV.rawValue], number)
        case "fwd": return all([NFTA_FWD_SREG_ADDR.rawValue], address) + all([NFTA_FWD_SREG_DEV.rawValue], number)
        case "meta": return all([NFTA_META_SREG.rawValue], number)
        case "ct": return all([NFTA_CT_SREG.rawValue], number)
        case "queue": return all([NFTA_QUEUE_SREG_QNUM.rawValue], number)
        case "payload":
            return all(
                [NFTA_PAYLOAD_SREG.rawValue],
                LoadedFields.payload(
                    base: data.number(NFTA_PAYLOAD_BASE.rawValue), offset: data.number(NFTA_PAYLOAD_OFFSET.rawValue),
                    length: data.number(NFTA_PAYLOAD_LEN.rawValue), family: walk.known))
        case "dynset":
            let name = Array((data.payload(NFTA_DYNSET_SET_NAME.rawValue) ?? []).prefix { $0 != 0 })
            let set = sets[SetIdentity(family: walk.family, table: walk.table, name: name)]
            return all([NFTA_DYNSET_SREG_KEY.rawValue], set?.keyBytes ?? [])
                + all([NFTA_DYNSET_SREG_DATA.rawValue], set?.dataBytes ?? [])
        default: return []
        }
    }

    /// Of a translation to a range of addresses both ends are replaced together, or neither.
    mutating func prepareRanges(_ walk: inout RuleWalk) {
        let expressions = walk.expressions
        for (place, expression) in expressions.enumerated() where expression.name == "nat" {
            let low = expression.data.number(NFTA_NAT_REG_ADDR_MIN.rawValue)
            let high = expression.data.number(NFTA_NAT_REG_ADDR_MAX.rawValue)
            guard let low, let high, low != high else { continue }
            func immediate(_ register: UInt32) -> (place: Int, value: [UInt8])? {
                let found = expressions[..<place].lastIndex { expression in
                    expression.name == "immediate"
                        && expression.data.number(NFTA_IMMEDIATE_DREG.rawValue) == register
                }
                return found.flatMap { place in
                    expressions[place].value(NFTA_IMMEDIATE_DATA.rawValue).map { (place, $0) }
                }
            }
            guard let from = immediate(low), let to = immediate(high) else { continue }
            let ends = mapped(from: from.value, to: to.value)
            walk.ranges[from.place] = .some(ends?.low)
            walk.ranges[to.place] = .some(ends?.high)
        }
    }
}
