/// The flag byte of a TCP header (RFC 9293, section 3.1).
public struct TCPFlags: OptionSet, Hashable, Sendable {
    public let rawValue: UInt8

    public init(rawValue: UInt8) { self.rawValue = rawValue }

    public static let fin = TCPFlags(rawValue: 0x01)
    public static let syn = TCPFlags(rawValue: 0x02)
    public static let rst = TCPFlags(rawValue: 0x04)
    public static let psh = TCPFlags(rawValue: 0x08)
    public static let ack = TCPFlags(rawValue: 0x10)
    public static let urg = TCPFlags(rawValue: 0x20)
    public static let ece = TCPFlags(rawValue: 0x40)
    public static let cwr = TCPFlags(rawValue: 0x80)

    /// Lowest bit first.
    public static let names = ["FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR"]

    /// The names of the flags that are set, lowest bit first.
    public var names: [String] { Self.names.indices.filter { rawValue & (1 << $0) != 0 }.map { Self.names[$0] } }
}
