/// The flag byte of a TCP header (RFC 9293, section 3.1).
public struct TCPFlags: OptionSet, Hashable, Sendable {
    /// The byte of the header.
    public let rawValue: UInt8

    /// Any byte.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// The sender has no more to send.
    public static let fin = TCPFlags(rawValue: 0x01)
    /// Opens a connection: synchronize sequence numbers.
    public static let syn = TCPFlags(rawValue: 0x02)
    /// Ends a connection at once.
    public static let rst = TCPFlags(rawValue: 0x04)
    /// Push: hand over what has come.
    public static let psh = TCPFlags(rawValue: 0x08)
    /// The acknowledgement number counts.
    public static let ack = TCPFlags(rawValue: 0x10)
    /// The urgent pointer counts.
    public static let urg = TCPFlags(rawValue: 0x20)
    /// Congestion was experienced (RFC 3168); in a SYN, that the sender knows of it.
    public static let ece = TCPFlags(rawValue: 0x40)
    /// The congestion window was reduced (RFC 3168).
    public static let cwr = TCPFlags(rawValue: 0x80)

    /// Lowest bit first.
    public static let names = ["FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR"]

    /// The names of the flags that are set, lowest bit first.
    public var names: [String] { Self.names.indices.filter { rawValue & (1 << $0) != 0 }.map { Self.names[$0] } }
}
