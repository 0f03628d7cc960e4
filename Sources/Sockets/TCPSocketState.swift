import Addresses

/// The state of a TCP socket, as ss(8) names it. (Not that of a conntrack entry, nor of a connection of IPVS.)
///
/// Source: include/net/tcp_states.h.
package struct TCPSocketState: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    package let rawValue: UInt8

    package init(rawValue: UInt8) { self.rawValue = rawValue }

    package static let established = TCPSocketState(rawValue: 1)
    package static let finWait1 = TCPSocketState(rawValue: 4)
    package static let finWait2 = TCPSocketState(rawValue: 5)
    package static let timeWait = TCPSocketState(rawValue: 6)
    package static let close = TCPSocketState(rawValue: 7)
    package static let lastACK = TCPSocketState(rawValue: 9)
    package static let listen = TCPSocketState(rawValue: 10)
    package static let closing = TCPSocketState(rawValue: 11)

    private static let names = [
        "ESTAB", "SYN-SENT", "SYN-RECV", "FIN-WAIT-1", "FIN-WAIT-2", "TIME-WAIT", "UNCONN", "CLOSE-WAIT", "LAST-ACK",
        "LISTEN", "CLOSING", "SYN-RECV",
    ]

    /// `ESTAB`, or the number of one that has no name.
    package var description: String {
        (1...Self.names.count).contains(Int(rawValue)) ? Self.names[Int(rawValue) - 1] : "\(rawValue)"
    }
}
