import Addresses

/// What may be wrong with a packet that belongs to its entry otherwise.
package enum PacketFlaw: Hashable, Sendable {
    /// The checksum of its TCP, UDP, SCTP or ICMP does not fit.
    case checksum
    /// A TCP segment beyond what its entry expects: its sequence number is above what the receiver's window allows, or it acknowledges data
    /// that nobody sent. (One that is behind, such as data sent again, keeps its ctstate since Linux 6.1.)
    case window
}

extension TrackedPacket {
    /// Where conntrack verifies its checksum; nil where it does not.
    func checksumPlace(_ conditions: TrackingConditions) -> KernelPlace? {
        switch self {
        case .tcp: .tcp("tcp_error")
        case .udp: .udp("udp_error")
        case .other(.udplite): .udp("udplite_error")
        case .sctp: .sctp("sctp_error")
        case .dccp: conditions.tracksDCCP ? .dccp("dccp_error") : nil
        case .icmp: .icmp("nf_conntrack_icmpv4_error")
        case .icmpv6: .icmpv6("nf_conntrack_icmpv6_error")
        case .other: nil
        }
    }
}
