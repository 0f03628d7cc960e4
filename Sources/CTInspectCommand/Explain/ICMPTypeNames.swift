import Conntrack
import Firewall
import Inspection

/// Names of ICMP types in iptables and ip6tables in addition to those of nftables, and nftables' names of the reasons for an unreachable
/// destination. Several also imply a code, which conntrack ignores.
enum ICMPTypeNames {
    private static let ofIPv4: [UInt8: [String]] = [
        0: ["pong"],
        3: [
            "network-unreachable", "host-unreachable", "protocol-unreachable", "port-unreachable",
            "fragmentation-needed", "source-route-failed", "network-unknown", "host-unknown", "network-prohibited",
            "host-prohibited", "tos-network-unreachable", "tos-host-unreachable", "communication-prohibited",
            "host-precedence-violation", "precedence-cutoff", "net-unreachable", "prot-unreachable", "frag-needed",
            "net-prohibited", "admin-prohibited",
        ],
        5: ["network-redirect", "host-redirect", "tos-network-redirect", "tos-host-redirect"],
        8: ["ping"],
        11: ["ttl-exceeded", "ttl-zero-during-transit", "ttl-zero-during-reassembly"],
        12: ["ip-header-bad", "required-option-missing"],
    ]

    private static let ofIPv6: [UInt8: [String]] = [
        1: [
            "no-route", "communication-prohibited", "beyond-scope", "address-unreachable", "port-unreachable",
            "failed-policy", "reject-route", "admin-prohibited", "addr-unreachable", "policy-fail",
        ],
        3: ["ttl-exceeded", "ttl-zero-during-transit", "ttl-zero-during-reassembly"],
        4: ["bad-header", "unknown-header-type", "unknown-option"],
        128: ["ping"], 129: ["pong"], 133: ["router-solicitation"], 134: ["router-advertisement"],
        135: ["neighbour-solicitation", "neighbor-solicitation"],
        136: ["neighbour-advertisement", "neighbor-advertisement"], 137: ["redirect"],
    ]

    /// The type with that name (ignoring case, with `-` or `_`) or number.
    static func icmp(_ text: String) -> ICMPType? {
        let known = ICMPType.names.first { $0.name == text.optionWord }?.type
        return known ?? number(text, ofIPv4).map(ICMPType.init(rawValue:))
    }

    static func icmpv6(_ text: String) -> ICMPv6Type? {
        let known = ICMPv6Type.names.first { $0.name == text.optionWord }?.type
        return known ?? number(text, ofIPv6).map(ICMPv6Type.init(rawValue:))
    }

    private static func number(_ text: String, _ names: [UInt8: [String]]) -> UInt8? {
        names.first { $0.value.contains(text.optionWord) }?.key ?? FilterText.number(text)
    }
}
