import Firewall
import TestSupport
import Testing

/// The setup of a network namespace, and what must be detected in it.
struct TrackingSituation: Sendable, CustomTestStringConvertible {
    enum Step: Sendable {
        /// In nft's language.
        case nft(String)
        case tool(String)
    }

    let step: Step
    /// Part of the expected evidence for each family; nil if conntrack is not used.
    let ipv4: String?
    let ipv6: String?

    var testDescription: String {
        switch step {
        case .nft(let ruleset): ruleset
        case .tool(let command): command
        }
    }

    /// In the calling thread's network namespace.
    func setUp() throws {
        switch step {
        case .nft(let ruleset): try Tool.nft(ruleset)
        case .tool(let command): try Tool.run(command)
        }
    }

    private static func nft(_ ruleset: String, ipv4: String? = nil, ipv6: String? = nil) -> Self {
        Self(step: .nft(ruleset), ipv4: ipv4, ipv6: ipv6)
    }

    /// A ruleset of an inet table, or one of an ip6 table for that family only.
    private static func nft(_ ruleset: String, both: String) -> Self { nft(ruleset, ipv4: both, ipv6: both) }

    private static func tool(_ command: String, ipv4: String? = nil, ipv6: String? = nil) -> Self {
        Self(step: .tool(command), ipv4: ipv4, ipv6: ipv6)
    }

    static let rules = [
        nft("table ip t { chain c { ct state new; }; }", ipv4: "rule ip t c handle 2 uses ct"),
        nft("table ip6 t { chain c { ct mark set 1; }; }", ipv6: "rule ip6 t c handle 2 uses ct"),
        nft("table inet t { flags dormant; chain c { ct state new; }; }", both: "rule inet t c handle 2 uses ct"),
        nft("table ip t { chain c { counter; meta mark 1; ct count over 10; }; }", ipv4: "uses connlimit"),
        nft(
            "table ip t { set s { type ipv4_addr; size 9; flags dynamic; }; chain c { add @s { ip saddr ct count over 9 }; }; }",
            ipv4: "rule ip t c handle 3 uses ct count"),
        nft("table inet t { chain c { tcp dport 1 synproxy mss 1460 wscale 7; }; }", both: "uses synproxy"),
    ]

    static let translations = [
        nft(
            "table ip t { chain c { type nat hook postrouting priority 100; oifname x masquerade; }; }",
            ipv4: "uses masq"),
        nft(
            "table ip6 t { chain c { type nat hook prerouting priority -100; tcp dport 1 redirect to 2; }; }",
            ipv6: "redir"),
        nft(
            "table inet t { chain c { type nat hook prerouting priority -100; tcp dport 1 redirect to 2; }; }",
            both: "redir"),
        nft(
            "table inet t { chain c { type nat hook prerouting priority -100; tcp dport 1 dnat to :2; }; }",
            both: "uses nat"),
        nft(
            "table inet t { chain c { type nat hook prerouting priority -100; tcp dport 1 dnat ip to 127.0.0.1; }; }",
            ipv4: "rule inet t c handle 2 uses nat"),
    ]

    static let objects = [
        nft("table inet t { ct helper h { type \"ftp\" protocol tcp; }; }", both: "object inet t h uses ct helper"),
        nft("table ip t { ct timeout h { protocol tcp; policy = { established: 100 }; }; }", ipv4: "uses ct timeout"),
        nft(
            "table ip6 t { ct expectation h { protocol tcp; dport 9; timeout 1m; size 1; l3proto ip6; }; }",
            ipv6: "uses ct expectation"),
        nft("table ip t { synproxy h { mss 1460; wscale 7; }; }", ipv4: "object ip t h uses synproxy"),
        nft(
            "table ip t { set s { type ipv4_addr; size 9; flags dynamic; ct count over 9; }; }",
            ipv4: "set ip t s uses ct count"),
        nft(
            "table ip t { set s { type ipv4_addr; size 9; flags dynamic; counter; ct count over 9; }; }",
            ipv4: "set ip t s uses ct count"),
    ]

    static let iptables = [
        tool(
            "iptables-nft -A INPUT -m conntrack --ctstate NEW",
            ipv4: "rule ip filter INPUT handle 2 uses match conntrack"),
        tool("ip6tables-nft -A INPUT -m conntrack --ctstate NEW", ipv6: "uses match conntrack"),
        tool("iptables-nft -A INPUT -p tcp -m state --state NEW -j DROP", ipv4: "uses match"),
        tool("iptables-nft -A INPUT -m connmark --mark 1", ipv4: "uses match connmark"),
        tool(
            "iptables-nft -A INPUT -m connbytes --connbytes 9 --connbytes-dir both --connbytes-mode bytes",
            ipv4: "uses match connbytes"),
        tool("iptables-nft -A INPUT -p tcp -m connlimit --connlimit-above 3", ipv4: "uses match connlimit"),
        tool("iptables-nft -A INPUT -m connlabel --label 1", ipv4: "uses match connlabel"),
        tool("iptables-nft -A INPUT -m helper --helper ftp", ipv4: "uses match helper"),
        tool(
            "iptables-nft -A INPUT -m cluster --cluster-total-nodes 2 --cluster-local-node 1 --cluster-hash-seed 1",
            ipv4: "uses match cluster"),
        tool("iptables-nft -t mangle -A PREROUTING -j CONNMARK --restore-mark", ipv4: "uses target CONNMARK"),
        tool("iptables-nft -t mangle -A PREROUTING -j CONNSECMARK --restore", ipv4: "uses target CONNSECMARK"),
        tool("iptables-nft -t raw -A PREROUTING -i x -j CT --zone 1", ipv4: "uses target CT"),
        tool("iptables-nft -A INPUT -p tcp --dport 1 -j SYNPROXY", ipv4: "uses target SYNPROXY"),
        tool("ip6tables-nft -A INPUT -p tcp --dport 1 -j SYNPROXY --mss 1460", ipv6: "uses target SYNPROXY"),
        tool(
            "iptables-nft -t nat -A POSTROUTING -o x -j MASQUERADE",
            ipv4: "rule ip nat POSTROUTING handle 2 uses target"),
        tool("ip6tables-nft -t nat -A POSTROUTING -o x -j SNAT --to-source ::2", ipv6: "uses target SNAT"),
        tool("iptables-nft -t nat -A PREROUTING -i x -j DNAT --to-destination 10.0.0.1", ipv4: "uses target DNAT"),
        tool("iptables-nft -t nat -A PREROUTING -i x -p tcp -j REDIRECT --to-ports 1", ipv4: "uses target REDIRECT"),
        tool("iptables-nft -t nat -A PREROUTING -i x -j NETMAP --to 10.0.0.0/24", ipv4: "uses target NETMAP"),
    ]

    /// Conntrack sees no packets.
    static let idle = [
        nft("table inet t { chain c { type filter hook input priority 0; tcp dport 80 counter accept; }; }"),
        nft("table inet t { chain c { type filter hook prerouting priority -300; notrack; }; }"),
        nft("table ip t { chain c { type nat hook postrouting priority 100; }; }"),
        nft("table ip t { chain c { socket transparent 1; fib daddr type local; meta nftrace set 1; }; }"),
        nft(
            "table ip t { set s { type ipv4_addr; size 9; flags dynamic; counter; }; chain c { add @s { ip saddr counter }; }; }"
        ),
        nft("table ip t { set s { type ipv4_addr; flags dynamic; elements = { 10.0.0.1 ct count over 9 }; }; }"),
        nft("table inet t { counter conntrack { }; limit masq { rate 9/second; }; }"),
        tool("iptables-nft -A INPUT -p tcp --dport 80 -m comment --comment conntrack -j ACCEPT"),
        tool("iptables-nft -t raw -A PREROUTING -i x -j CT --notrack"),
        tool("iptables-nft -t raw -A PREROUTING -i x -j NOTRACK"),
        tool("iptables-nft -t nat -L"),
        tool("ip link set lo up"),
    ]
}
