/// A layer 4 protocol number of the IP header. An open set: an unknown number is shown as is.
public struct IPProtocol: RawRepresentable, Hashable, Sendable {
    /// The number in the header (`IPPROTO_*`).
    public let rawValue: UInt8

    @inlinable
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    @inlinable
    public static func == (left: IPProtocol, right: IPProtocol) -> Bool { left.rawValue == right.rawValue }

    /// `IPPROTO_IP` (0): used by IPVS for templates of fwmark services.
    public static let ip = IPProtocol(rawValue: 0)
    /// ICMP for IPv4; for IPv6 it is `icmpv6`.
    public static let icmp = IPProtocol(rawValue: 1)
    public static let tcp = IPProtocol(rawValue: 6)
    public static let udp = IPProtocol(rawValue: 17)
    /// Datagram Congestion Control Protocol; kernels since 6.16 have none.
    public static let dccp = IPProtocol(rawValue: 33)
    /// Generic Routing Encapsulation: its tuples carry keys instead of ports.
    public static let gre = IPProtocol(rawValue: 47)
    /// Encapsulating Security Payload of IPsec: no ports.
    public static let esp = IPProtocol(rawValue: 50)
    /// Authentication Header of IPsec: no ports.
    public static let ah = IPProtocol(rawValue: 51)
    public static let icmpv6 = IPProtocol(rawValue: 58)
    public static let sctp = IPProtocol(rawValue: 132)
    /// UDP with partial checksums.
    public static let udplite = IPProtocol(rawValue: 136)

    /// Reads a name (any case) or a number.
    public init?(_ text: some StringProtocol) {
        let lowered = text.lowercased()
        if let known = Self.named.first(where: { $0.name == lowered }) {
            self = known
        } else if let number = UInt8(digits: lowered) {
            self.init(rawValue: number)
        } else {
            return nil
        }
    }
}

extension IPProtocol {
    /// The names read and written here, ordered by number; other protocols are shown as numbers.
    public static var names: [String] { named.compactMap(\.name) }
}

extension IPProtocol: CustomStringConvertible {
    private static let named: [IPProtocol] = [
        .ip, .icmp, .tcp, .udp, .dccp, .gre, .esp, .ah, .icmpv6, .sctp, .udplite,
    ]

    /// As in /etc/protocols, in lower case; nil if this program has no name for it.
    private var name: String? {
        switch self {
        case .ip: "ip"
        case .icmp: "icmp"
        case .tcp: "tcp"
        case .udp: "udp"
        case .dccp: "dccp"
        case .gre: "gre"
        case .esp: "esp"
        case .ah: "ah"
        case .icmpv6: "icmpv6"
        case .sctp: "sctp"
        case .udplite: "udplite"
        default: nil
        }
    }

    /// The name in lower case, or the number if this program has no name for it.
    public var description: String { name ?? String(rawValue) }
}
