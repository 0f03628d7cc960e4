import Addresses
import CNetlink

/// Conditions in words, for `--explain-filter`.
extension Choice {
    /// `destination port 80 or 443`, `destination port not 22`; none for a choice without values.
    func words(_ name: String, _ text: (Value) -> String = { "\($0)" }) -> [String] {
        [(wanted, name), (unwanted, name + " not")].filter { !$0.0.isEmpty }
            .map { values, name in "\(name) \(values.map(text).joined(separator: " or "))" }
    }
}

extension EntryFilter {
    static func familyName(_ number: UInt8) -> String {
        switch Int32(number) {
        case AF_INET: "ipv4"
        case AF_INET6: "ipv6"
        default: String(number)
        }
    }

    static func text(_ range: ClosedRange<UInt16>) -> String {
        range.count == 1 ? String(range.lowerBound) : "\(range.lowerBound)-\(range.upperBound)"
    }
}

extension EntryFilter.Mark: CustomStringConvertible {
    /// `0x10/0xff`; without the mask when it is whole.
    package var description: String {
        let value = "0x" + String(value, radix: 16)
        return mask == .max ? value : value + "/0x" + String(mask, radix: 16)
    }
}

extension EntryFilter.State: CustomStringConvertible {
    /// The name, or the number when it means all protocols.
    package var description: String {
        if let tcp, tcp == sctp, tcp == dccp { return String(tcp) }
        let states = [
            tcp.map { ProtocolState.tcp(.init(state: $0)) }, sctp.map { .sctp(.init(state: $0)) },
            dccp.map { .dccp(.init(state: $0)) },
        ]
        return states.compactMap { $0?.name }.first ?? ""
    }
}

extension EntryFilter.Service: CustomStringConvertible {
    /// As it is read: `tcp/10.0.0.100:80`.
    package var description: String {
        let named = `protocol`.map { "\($0)/" } ?? ""
        return named + (port.map { Endpoint(address, $0).description } ?? address.description)
    }
}
