import Firewall

/// The role of an ICMP or ICMPv6 type in conntrack.
package enum ICMPRole: Hashable, Sendable {
    /// Opens an entry, to which an answer of the associated type belongs.
    case query
    case answer
    /// About another packet, part of which it quotes: it belongs to that packet's entry.
    case error
    /// Never tracked: neighbour, router and multicast messages of the link.
    case link
    /// Neither.
    case unknown
}

extension ICMPType {
    /// Source: `nf_conntrack_icmp_packet`, `nf_conntrack_icmpv4_error` (net/netfilter/nf_conntrack_proto_icmp.c).
    package var role: ICMPRole {
        switch rawValue {
        case 8, 13, 15, 17: .query
        case 0, 14, 16, 18: .answer
        case 3, 4, 5, 11, 12: .error
        default: .unknown
        }
    }

    /// The highest type known to the kernel (`NR_ICMP_TYPES`).
    static let highest = ICMPType(rawValue: 18)
}

extension ICMPv6Type {
    /// A redirect is assumed to quote the packet it is about; one that does not belongs to no entry.
    /// Source: `nf_conntrack_icmpv6_packet`, `nf_conntrack_icmpv6_error` (net/netfilter/nf_conntrack_proto_icmpv6.c).
    package var role: ICMPRole {
        switch rawValue {
        case 0...127, 137: .error
        case 128, 139: .query
        case 129, 140: .answer
        case 130...136, 143, 151, 152: .link
        default: .unknown
        }
    }

    /// Multicast router discovery, which not every kernel ignores.
    var isRouterDiscovery: Bool { rawValue == 151 || rawValue == 152 }
}
