import Addresses
import Conntrack
import Firewall

/// The parts of a packet that conntrack looks at.
///
/// Headers and lengths are assumed to be valid: otherwise it is INVALID anyway. Fragments are reassembled before conntrack sees them. What else
/// may be wrong with it is a `PacketFlaw`.
package enum TrackedPacket: Hashable, Sendable {
    case tcp(TCPFlags)
    case udp
    case sctp(SCTPPacket)
    case dccp(DCCPType)
    case icmp(ICMPType)
    case icmpv6(ICMPv6Type)
    /// A protocol whose states conntrack does not track: its entries consist of addresses, and possibly ports or keys.
    case other(IPProtocol)

    /// The layer 4 protocol.
    package var `protocol`: IPProtocol {
        switch self {
        case .tcp: .tcp
        case .udp: .udp
        case .sctp: .sctp
        case .dccp: .dccp
        case .icmp: .icmp
        case .icmpv6: .icmpv6
        case .other(let other): other
        }
    }

    /// An ICMP message about another packet, whose entry it belongs to.
    package var isError: Bool {
        switch self {
        case .icmp(let type): type.role == .error
        case .icmpv6(let type): type.role == .error
        case .tcp, .udp, .sctp, .dccp, .other: false
        }
    }

    /// The class as which it is counted. A redirect of ICMPv6 quotes the packet that it is about in an option, where nobody who counts looks.
    package var packetClass: PacketClass {
        switch self {
        case .tcp(let flags): PacketClass(tcp: flags)
        case .udp: .udp
        case .sctp: .sctp
        case .icmp: isError ? .icmpError : .other
        case .icmpv6(let type): (1...4).contains(type.rawValue) ? .icmpError : .other
        case .dccp, .other: .other
        }
    }
}

/// A packet's direction relative to an entry. A packet without an entry is in the original direction of its own.
package enum TupleDirection: String, CaseIterable, Hashable, Sendable {
    case original, reply

    package var opposite: TupleDirection { self == .original ? .reply : .original }
}
