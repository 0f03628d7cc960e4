import Addresses
import Conntrack
import Firewall

/// The parts of a packet that conntrack looks at.
///
/// Headers, lengths and checksums are assumed to be valid, and a TCP segment to be within the window (as with
/// `net.netfilter.nf_conntrack_tcp_be_liberal`): otherwise it is INVALID anyway. Fragments are reassembled before conntrack sees them.
package enum TrackedPacket: Hashable, Sendable {
    case tcp(TCPFlags)
    case udp
    case sctp(SCTPPacket)
    case icmp(ICMPType)
    case icmpv6(ICMPv6Type)
    /// A protocol whose states conntrack does not track: its entries consist of addresses, and possibly ports or keys.
    /// (DCCP had its own tracker until Linux 6.16; this does not apply to it.)
    case other(IPProtocol)

    /// The layer 4 protocol.
    package var `protocol`: IPProtocol {
        switch self {
        case .tcp: .tcp
        case .udp: .udp
        case .sctp: .sctp
        case .icmp: .icmp
        case .icmpv6: .icmpv6
        case .other(let other): other
        }
    }

    /// The class as which it is counted.
    package var packetClass: PacketClass {
        switch self {
        case .tcp(let flags): PacketClass(tcp: flags)
        case .udp: .udp
        case .sctp: .sctp
        case .icmp(let type): type.role == .error ? .icmpError : .other
        case .icmpv6(let type): type.role == .error ? .icmpError : .other
        case .other: .other
        }
    }
}

/// A packet's direction relative to an entry. A packet without an entry is in the original direction of its own.
package enum TupleDirection: String, CaseIterable, Hashable, Sendable {
    case original, reply

    package var opposite: TupleDirection { self == .original ? .reply : .original }
}
