/// What a type of ICMP or ICMPv6 is to conntrack.
public enum ICMPRole: Hashable, Sendable {
    /// Opens an entry, which an answer of the type given with it belongs to.
    case query
    case answer
    /// About another packet, a part of which it carries: it belongs to that one's entry.
    case error
    /// Never tracked: neighbours, routers and multicast groups of the link.
    case link
    /// Neither.
    case unknown
}

/// An ICMP type. An open set.
public struct ICMPType: RawRepresentable, Hashable, Sendable {
    /// The first byte of the ICMP header.
    public let rawValue: UInt8

    /// Any number, known here or not.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Source: `nf_conntrack_icmp_packet`, `nf_conntrack_icmpv4_error` (net/netfilter/nf_conntrack_proto_icmp.c).
    public var role: ICMPRole {
        switch rawValue {
        case 8, 13, 15, 17: .query
        case 0, 14, 16, 18: .answer
        case 3, 4, 5, 11, 12: .error
        default: .unknown
        }
    }

    /// The highest type that the kernel knows (`NR_ICMP_TYPES`).
    static let highest = ICMPType(rawValue: 18)
}

extension ICMPType: CustomStringConvertible {
    /// As nftables names them.
    public static let names: [(type: ICMPType, name: String)] = [
        (0, "echo-reply"), (3, "destination-unreachable"), (4, "source-quench"), (5, "redirect"), (8, "echo-request"),
        (9, "router-advertisement"), (10, "router-solicitation"), (11, "time-exceeded"), (12, "parameter-problem"),
        (13, "timestamp-request"), (14, "timestamp-reply"), (15, "info-request"), (16, "info-reply"),
        (17, "address-mask-request"), (18, "address-mask-reply"),
    ].map { (ICMPType(rawValue: $0.0), $0.1) }

    /// The name, or `type 42`.
    public var description: String { Self.names.first { $0.type == self }?.name ?? "type \(rawValue)" }
}

/// An ICMPv6 type. An open set.
public struct ICMPv6Type: RawRepresentable, Hashable, Sendable {
    /// The first byte of the ICMPv6 header.
    public let rawValue: UInt8

    /// Any number, known here or not.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// A redirect is taken for one that carries the packet it is about; one that does not belongs to no entry.
    /// Source: `nf_conntrack_icmpv6_packet`, `nf_conntrack_icmpv6_error` (net/netfilter/nf_conntrack_proto_icmpv6.c).
    public var role: ICMPRole {
        switch rawValue {
        case 0...127, 137: .error
        case 128, 139: .query
        case 129, 140: .answer
        case 130...136, 143, 151, 152: .link
        default: .unknown
        }
    }

    /// Multicast router discovery, which not every kernel leaves alone.
    var isRouterDiscovery: Bool { rawValue == 151 || rawValue == 152 }
}

extension ICMPv6Type: CustomStringConvertible {
    /// As nftables names them; those without a name there as RFC 4286 and 4620 do.
    public static let names: [(type: ICMPv6Type, name: String)] = [
        (1, "destination-unreachable"), (2, "packet-too-big"), (3, "time-exceeded"), (4, "parameter-problem"),
        (128, "echo-request"), (129, "echo-reply"), (130, "mld-listener-query"), (131, "mld-listener-report"),
        (132, "mld-listener-done"), (133, "nd-router-solicit"), (134, "nd-router-advert"),
        (135, "nd-neighbor-solicit"), (136, "nd-neighbor-advert"), (137, "nd-redirect"), (138, "router-renumbering"),
        (139, "node-information-query"), (140, "node-information-response"), (141, "ind-neighbor-solicit"),
        (142, "ind-neighbor-advert"), (143, "mld2-listener-report"), (151, "multicast-router-advertisement"),
        (152, "multicast-router-solicitation"),
    ].map { (ICMPv6Type(rawValue: $0.0), $0.1) }

    /// The name, or `type 42`.
    public var description: String { Self.names.first { $0.type == self }?.name ?? "type \(rawValue)" }
}
