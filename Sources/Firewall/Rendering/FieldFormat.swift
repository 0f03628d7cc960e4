import Addresses
import Conntrack

/// How the values of a field are written, as in nft(8). Values of an unexpected size are written as bytes.
enum FieldFormat: Hashable {
    /// Of 4 or 16 bytes; fewer are a prefix.
    case address(Int)
    /// In network order.
    case number
    case hostNumber
    case mark
    case `protocol`
    case family
    /// Of a link: up to its NUL; without one, its beginning.
    case name
    case ctState
    case ctStatus
    case tcpFlags
    case icmpType
    case icmpv6Type
    case packetType
    case direction
    case bytes

    /// Whether several values can be set at a time.
    var isFlags: Bool { [.ctState, .ctStatus, .tcpFlags].contains(self) }

    /// - Parameter isBigEndian: whether a number that is usually in host order is not.
    func text(_ value: [UInt8], isBigEndian: Bool = false) -> String {
        let number = isBigEndian || !isHostOrder ? Self.bigEndian(value) : Self.bigEndian(value.reversed())
        switch self {
        case .address(let size): return Self.address(value, size) ?? Self.hexadecimal(value)
        case .name: return Self.name(value)
        case .bytes: return Self.hexadecimal(value)
        case .number, .hostNumber: return number.map(String.init) ?? Self.hexadecimal(value)
        case .mark: return number.map { "0x" + Self.padded(String($0, radix: 16), 8) } ?? Self.hexadecimal(value)
        case .protocol, .family, .icmpType, .icmpv6Type, .packetType, .direction:
            guard value.count == 1 else { return Self.hexadecimal(value) }
            return byte(value[0])
        case .ctState:
            return flags(number) { bit in CTState.named.first { $0.rawValue == bit }?.name.lowercased() }
        case .ctStatus: return flags(number) { Self.statusNames[$0] }
        case .tcpFlags:
            return flags(number) { TCPFlags.names.indices.contains($0) ? TCPFlags.names[$0].lowercased() : nil }
        }
    }

    /// `10.0.0.0/8`; nil if the mask has gaps, or the field is no address.
    func prefix(_ value: [UInt8], mask: [UInt8]) -> String? {
        guard case .address(let size) = self, value.count == size, mask.count == size else { return nil }
        let bits: [Bool] = mask.flatMap { byte in (UInt8(0)..<8).map { byte & (0x80 >> $0) != 0 } }
        let length = bits.prefix { $0 }.count
        guard bits.dropFirst(length).allSatisfy({ !$0 }) else { return nil }
        return Self.address(value, size).map { "\($0)/\(length)" }
    }

    private var isHostOrder: Bool { [.hostNumber, .mark, .ctState, .ctStatus].contains(self) }

    private static func bigEndian(_ value: [UInt8]) -> UInt64? {
        guard (1...8).contains(value.count) else { return nil }
        return value.reduce(0) { $0 << 8 | UInt64($1) }
    }

    private static func padded(_ digits: String, _ width: Int) -> String {
        String(repeating: "0", count: max(0, width - digits.count)) + digits
    }

    private static func hexadecimal(_ value: [UInt8]) -> String {
        "0x" + value.map { padded(String($0, radix: 16), 2) }.joined()
    }

    private static func address(_ value: [UInt8], _ size: Int) -> String? {
        guard (1...size).contains(value.count) else { return nil }
        let whole = value + [UInt8](repeating: 0, count: size - value.count)
        let halves = stride(from: 0, to: size, by: 8).map { bigEndian(Array(whole[$0..<min($0 + 8, size)])) ?? 0 }
        let address =
            size == 4
            ? IPAddress(ipv4: UInt32(truncatingIfNeeded: halves[0])) : IPAddress(ipv6High: halves[0], low: halves[1])
        return value.count == size ? "\(address)" : "\(address)/\(value.count * 8)"
    }

    private static func name(_ value: [UInt8]) -> String {
        let text = String(decoding: value.prefix { $0 != 0 }, as: UTF8.self)
        return "\"\(text)\(value.contains(0) || value.count >= 16 ? "" : "*")\""
    }

    private func byte(_ value: UInt8) -> String {
        switch self {
        case .protocol: value == IPProtocol.icmpv6.rawValue ? "ipv6-icmp" : "\(IPProtocol(rawValue: value))"
        case .family:
            switch TableFamily(rawValue: value) {
            case .ip: "ipv4"
            case .ip6: "ipv6"
            default: "\(value)"
            }
        case .icmpType: ICMPType(rawValue: value).name ?? "\(value)"
        case .icmpv6Type: ICMPv6Type(rawValue: value).name ?? "\(value)"
        // PACKET_* of linux/if_packet.h
        case .packetType: value < 4 ? ["host", "broadcast", "multicast", "other"][Int(value)] : "\(value)"
        default: value == 0 ? "original" : value == 1 ? "reply" : "\(value)"
        }
    }

    /// Lowest bit first; those without a name as numbers.
    private func flags(_ number: UInt64?, _ name: (Int) -> String?) -> String {
        guard let number else { return "[flags]" }
        let set = (0..<64).filter { number & (1 << UInt64($0)) != 0 }
        return set.isEmpty
            ? "0x0" : set.map { name($0) ?? "0x" + String(1 << UInt64($0), radix: 16) }.joined(separator: ",")
    }

    private static let statusNames = [
        0: "expected", 1: "seen-reply", 2: "assured", 3: "confirmed", 4: "snat", 5: "dnat", 9: "dying",
    ]
}
