import Addresses
import Conntrack

/// An ICMP type. An open set.
package struct ICMPType: RawRepresentable, Hashable, Sendable {
    /// The first byte of the ICMP header.
    package let rawValue: UInt8

    package init(rawValue: UInt8) { self.rawValue = rawValue }
}

extension ICMPType: CustomStringConvertible {
    /// As in nftables.
    package static let names: [(type: ICMPType, name: String)] = [
        (0, "echo-reply"), (3, "destination-unreachable"), (4, "source-quench"), (5, "redirect"), (8, "echo-request"),
        (9, "router-advertisement"), (10, "router-solicitation"), (11, "time-exceeded"), (12, "parameter-problem"),
        (13, "timestamp-request"), (14, "timestamp-reply"), (15, "info-request"), (16, "info-reply"),
        (17, "address-mask-request"), (18, "address-mask-reply"),
    ].map { (ICMPType(rawValue: $0.0), $0.1) }

    /// The name; nil if the type has none.
    package var name: String? { Self.names.first { $0.type == self }?.name }

    /// The name, or `type 42`.
    package var description: String { name ?? "type \(rawValue)" }
}

/// An ICMPv6 type. An open set.
package struct ICMPv6Type: RawRepresentable, Hashable, Sendable {
    /// The first byte of the ICMPv6 header.
    package let rawValue: UInt8

    package init(rawValue: UInt8) { self.rawValue = rawValue }
}

extension ICMPv6Type: CustomStringConvertible {
    /// As in nftables, or else as in RFC 4286 and 4620.
    package static let names: [(type: ICMPv6Type, name: String)] = [
        (1, "destination-unreachable"), (2, "packet-too-big"), (3, "time-exceeded"), (4, "parameter-problem"),
        (128, "echo-request"), (129, "echo-reply"), (130, "mld-listener-query"), (131, "mld-listener-report"),
        (132, "mld-listener-done"), (133, "nd-router-solicit"), (134, "nd-router-advert"),
        (135, "nd-neighbor-solicit"), (136, "nd-neighbor-advert"), (137, "nd-redirect"), (138, "router-renumbering"),
        (139, "node-information-query"), (140, "node-information-response"), (141, "ind-neighbor-solicit"),
        (142, "ind-neighbor-advert"), (143, "mld2-listener-report"), (151, "multicast-router-advertisement"),
        (152, "multicast-router-solicitation"),
    ].map { (ICMPv6Type(rawValue: $0.0), $0.1) }

    /// The name; nil if the type has none.
    package var name: String? { Self.names.first { $0.type == self }?.name }

    /// The name, or `type 42`.
    package var description: String { name ?? "type \(rawValue)" }
}

extension PacketHeaders {
    /// The meaning of an ICMP or ICMPv6 message, as in `ICMPType` and `ICMPv6Type`: `time-exceeded`; for an unreachable destination the
    /// reason, as in nft(8): `frag-needed`. Numbers if there is no name. Nil for other packets.
    package var icmpName: String? {
        icmpType.map { Self.icmpName(type: $0, code: icmpCode, family) }
    }

    /// The same of numbers: of ICMPv6 for the family IPv6.
    package static func icmpName(type: UInt8, code: UInt8?, _ family: IPAddress.Family) -> String {
        let isIPv4 = family == .ipv4
        let named = isIPv4 ? ICMPType(rawValue: type).name : ICMPv6Type(rawValue: type).name
        guard let named else { return "type \(type)" + (code.map { " code \($0)" } ?? "") }
        guard type == (isIPv4 ? 3 : 1), let code else { return named }
        return (isIPv4 ? icmpReasons : icmpv6Reasons)[code] ?? "\(named) code \(code)"
    }

    /// Codes of destination-unreachable (`nft describe icmp code`).
    private static let icmpReasons: [UInt8: String] = [
        0: "net-unreachable", 1: "host-unreachable", 2: "prot-unreachable", 3: "port-unreachable", 4: "frag-needed",
        9: "net-prohibited", 10: "host-prohibited", 13: "admin-prohibited",
    ]

    private static let icmpv6Reasons: [UInt8: String] = [
        0: "no-route", 1: "admin-prohibited", 3: "addr-unreachable", 4: "port-unreachable", 5: "policy-fail",
        6: "reject-route",
    ]
}
