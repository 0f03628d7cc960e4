/// The flag byte of a TCP header (RFC 9293, section 3.1).
package struct TCPFlags: OptionSet, Hashable, Sendable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) { self.rawValue = rawValue }

    /// The sender has no more data to send.
    package static let fin = TCPFlags(rawValue: 0x01)
    /// Opens a connection: synchronize sequence numbers.
    package static let syn = TCPFlags(rawValue: 0x02)
    /// Ends a connection at once.
    package static let rst = TCPFlags(rawValue: 0x04)
    /// Push: deliver the data received so far.
    package static let psh = TCPFlags(rawValue: 0x08)
    /// The acknowledgement number is valid.
    package static let ack = TCPFlags(rawValue: 0x10)
    /// The urgent pointer is valid.
    package static let urg = TCPFlags(rawValue: 0x20)
    /// Congestion was experienced (RFC 3168); in a SYN, the sender supports it.
    package static let ece = TCPFlags(rawValue: 0x40)
    /// The congestion window was reduced (RFC 3168).
    package static let cwr = TCPFlags(rawValue: 0x80)

    /// Lowest bit first.
    package static let names = ["FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR"]

    package var names: [String] { Self.names.indices.filter { rawValue & (1 << $0) != 0 }.map { Self.names[$0] } }
}
