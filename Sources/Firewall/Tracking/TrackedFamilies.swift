import CNetlink

/// The families for which a user of conntrack switches it on.
struct TrackedFamilies: OptionSet {
    let rawValue: UInt8

    static let ipv4 = TrackedFamilies(rawValue: 1)
    static let ipv6 = TrackedFamilies(rawValue: 2)
    static let both: TrackedFamilies = [.ipv4, .ipv6]

    init(rawValue: UInt8) { self.rawValue = rawValue }

    /// What the use in a table of this family means (nf_ct_netns_get, net/netfilter/nf_conntrack_proto.c).
    init(of family: some BinaryInteger) {
        switch Int(family) {
        case NFPROTO_IPV4: self = .ipv4
        case NFPROTO_IPV6: self = .ipv6
        case NFPROTO_INET, NFPROTO_BRIDGE: self = .both
        default: self = []
        }
    }
}
