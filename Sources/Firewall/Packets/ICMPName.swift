import Addresses
import Conntrack

extension PacketHeaders {
    /// What an ICMP or ICMPv6 message says, in nft(8)'s words (`nft describe icmp type`): `time-exceeded`; of a destination that cannot
    /// be reached, why: `frag-needed`. One without a name is its numbers. Nil of other packets.
    public var icmpName: String? {
        guard let icmpType else { return nil }
        let types = family == .ipv4 ? Self.icmpTypes : Self.icmpv6Types
        guard let type = types[icmpType] else {
            return "type \(icmpType)" + (icmpCode.map { " code \($0)" } ?? "")
        }
        guard type == Self.unreachable, let icmpCode else { return type }
        let reasons = family == .ipv4 ? Self.icmpReasons : Self.icmpv6Reasons
        return reasons[icmpCode] ?? "\(type) code \(icmpCode)"
    }

    private static let unreachable = "destination-unreachable"

    private static let icmpTypes: [UInt8: String] = [
        0: "echo-reply", 3: unreachable, 4: "source-quench", 5: "redirect", 8: "echo-request",
        9: "router-advertisement", 10: "router-solicitation", 11: "time-exceeded", 12: "parameter-problem",
        13: "timestamp-request", 14: "timestamp-reply", 15: "info-request", 16: "info-reply",
        17: "address-mask-request", 18: "address-mask-reply",
    ]

    private static let icmpv6Types: [UInt8: String] = [
        1: unreachable, 2: "packet-too-big", 3: "time-exceeded", 4: "parameter-problem", 128: "echo-request",
        129: "echo-reply", 130: "mld-listener-query", 131: "mld-listener-report", 132: "mld-listener-done",
        133: "nd-router-solicit", 134: "nd-router-advert", 135: "nd-neighbor-solicit", 136: "nd-neighbor-advert",
        137: "nd-redirect", 138: "router-renumbering", 141: "ind-neighbor-solicit", 142: "ind-neighbor-advert",
        143: "mld2-listener-report",
    ]

    /// Codes of destination-unreachable.
    private static let icmpReasons: [UInt8: String] = [
        0: "net-unreachable", 1: "host-unreachable", 2: "prot-unreachable", 3: "port-unreachable", 4: "frag-needed",
        9: "net-prohibited", 10: "host-prohibited", 13: "admin-prohibited",
    ]

    private static let icmpv6Reasons: [UInt8: String] = [
        0: "no-route", 1: "admin-prohibited", 3: "addr-unreachable", 4: "port-unreachable", 5: "policy-fail",
        6: "reject-route",
    ]
}
