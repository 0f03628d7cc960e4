import Addresses
import CNetlink

/// What a rule does to addresses and ports, as a rule's text has it: `dnat to 10.0.0.1:80`, `redirect to :8080`, `masquerade`.
struct RenderedTranslation {
    /// What registers hold, if it is constant.
    let constants: [UInt32: [UInt8]]

    /// - Returns: nil for an expression that translates nothing.
    func words(_ expression: RuleExpression) -> String? {
        switch expression.name {
        case "nat":
            let isSource = expression.number(NFTA_NAT_TYPE.rawValue) == UInt32(NFT_NAT_SNAT.rawValue)
            return to(
                isSource ? "snat" : "dnat",
                (expression.number(NFTA_NAT_REG_ADDR_MIN.rawValue), expression.number(NFTA_NAT_REG_ADDR_MAX.rawValue)),
                (expression.number(NFTA_NAT_REG_PROTO_MIN.rawValue), expression.number(NFTA_NAT_REG_PROTO_MAX.rawValue))
            )
        case "redir":
            return to(
                "redirect", (nil, nil),
                (
                    expression.number(NFTA_REDIR_REG_PROTO_MIN.rawValue),
                    expression.number(NFTA_REDIR_REG_PROTO_MAX.rawValue)
                ))
        case "masq":
            return to(
                "masquerade", (nil, nil),
                (
                    expression.number(NFTA_MASQ_REG_PROTO_MIN.rawValue),
                    expression.number(NFTA_MASQ_REG_PROTO_MAX.rawValue)
                ))
        default: return nil
        }
    }

    private typealias Registers = (low: UInt32?, high: UInt32?)

    private func to(_ verb: String, _ address: Registers, _ port: Registers) -> String {
        let addresses = range(address) { IPAddress(networkOrder: $0).map { "\($0)" } }
        let ports = range(port) { $0.count >= 2 ? "\(UInt16($0[0]) << 8 | UInt16($0[1]))" : nil }
        if addresses == nil, ports == nil { return verb }
        let isBracketed = ports != nil && addresses?.contains(":") ?? false
        return "\(verb) to " + (isBracketed ? "[\(addresses ?? "")]" : addresses ?? "") + (ports.map { ":\($0)" } ?? "")
    }

    /// Nil without registers; `?` for what a map or the like put there.
    private func range(_ registers: Registers, _ text: ([UInt8]) -> String?) -> String? {
        guard let low = registers.low else { return nil }
        func word(_ register: UInt32) -> String {
            constants[RenderedField.number(register: register)].flatMap(text) ?? "?"
        }
        guard let high = registers.high, high != low else { return word(low) }
        return word(low) == word(high) ? word(low) : "\(word(low))-\(word(high))"
    }
}
