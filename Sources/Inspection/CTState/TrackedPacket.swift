import Addresses
import Conntrack
import Firewall

/// What conntrack looks at in a packet.
///
/// Headers, lengths and checksums are taken to be right, and a TCP segment to lie inside the window (as with
/// `net.netfilter.nf_conntrack_tcp_be_liberal`): what breaks one of these is INVALID whatever else it is. Fragments are put together
/// before conntrack sees them.
package enum TrackedPacket: Hashable, Sendable {
    case tcp(TCPFlags)
    case udp
    case sctp(SCTPPacket)
    case icmp(ICMPType)
    case icmpv6(ICMPv6Type)
    /// A protocol of which conntrack knows no states: an entry for it is of addresses alone, or with ports or keys.
    /// (DCCP had a tracker of its own until Linux 6.16; this is not it.)
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

    /// The kind that it is counted as.
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

/// The direction of a packet as seen from an entry. A packet without an entry is in the original direction of its own.
package enum TupleDirection: String, CaseIterable, Hashable, Sendable {
    case original, reply

    /// The other direction.
    package var opposite: TupleDirection { self == .original ? .reply : .original }
}
