/// The family of an nf_tables table. An open set: one without a name is shown as its number.
///
/// Source: `NFPROTO_*` (linux/netfilter.h); nf_tables puts it into `nfgen_family`.
package struct TableFamily: RawRepresentable, Hashable, Sendable {
    /// `NFPROTO_*`
    package let rawValue: UInt8

    package init(rawValue: UInt8) { self.rawValue = rawValue }

    /// IPv4 and IPv6 in one table.
    package static let inet = TableFamily(rawValue: 1)
    /// IPv4.
    package static let ip = TableFamily(rawValue: 2)
    /// ARP.
    package static let arp = TableFamily(rawValue: 3)
    /// A network device's ingress and egress.
    package static let netdev = TableFamily(rawValue: 5)
    /// Packets forwarded by a bridge.
    package static let bridge = TableFamily(rawValue: 7)
    /// IPv6.
    package static let ip6 = TableFamily(rawValue: 10)
}

extension TableFamily: CustomStringConvertible {
    /// As in nft(8); nil if it has no name for it.
    package var name: String? {
        switch self {
        case .inet: "inet"
        case .ip: "ip"
        case .arp: "arp"
        case .netdev: "netdev"
        case .bridge: "bridge"
        case .ip6: "ip6"
        default: nil
        }
    }

    /// The name, or the number if nft(8) has none.
    package var description: String { name ?? String(rawValue) }
}
