import Addresses
import Conntrack

extension PacketHeaders {
    /// What an ICMP or ICMPv6 message says, by the names of `ICMPType` and `ICMPv6Type`: `time-exceeded`; of a destination that cannot
    /// be reached, why, in nft(8)'s words: `frag-needed`. One without a name is its numbers. Nil of other packets.
    package var icmpName: String? {
        guard let icmpType else { return nil }
        let isIPv4 = family == .ipv4
        let named = isIPv4 ? ICMPType(rawValue: icmpType).name : ICMPv6Type(rawValue: icmpType).name
        guard let named else { return "type \(icmpType)" + (icmpCode.map { " code \($0)" } ?? "") }
        guard icmpType == (isIPv4 ? 3 : 1), let icmpCode else { return named }
        return (isIPv4 ? Self.icmpReasons : Self.icmpv6Reasons)[icmpCode] ?? "\(named) code \(icmpCode)"
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
