import Foundation
import Netlink
import TestSupport
import Testing

@testable import Firewall

/// Our texts of rules against those of nft(8).
@Suite("Rules as text, without nft", .needsRoot, .needsTool("nft"))
struct RuleRendererTests {
    static let plain = [
        "ct state invalid drop", "ct state established,related accept", "ct state new,untracked accept",
        "ct state != new drop",
        "ct status dnat accept", "ct mark 0x00000007 accept", "meta mark 0x00000001 accept", "meta mark set 0x00000010",
        "ct mark set 0x00000010", "iifname \"lo\" accept", "oifname \"eth*\" drop", "iifname != \"lo\" drop",
        "ip saddr 10.0.0.1 drop", "ip saddr 10.0.0.0/8 drop", "ip daddr != 192.168.4.0/22 drop",
        "ip daddr 10.0.0.1-10.0.0.9 drop", "ip6 saddr fe80::/10 drop", "ip6 daddr 2001:db8::1 accept",
        "ip6 saddr 2001:db8::/32 drop", "ip protocol icmp accept", "ip ttl 1 drop", "ip6 hoplimit 255 accept",
        "meta l4proto icmp accept", "meta l4proto ipv6-icmp accept", "meta l4proto tcp drop", "meta nfproto ipv4 drop",
        "meta nfproto ipv6 tcp dport 22 drop", "tcp dport 80 accept", "udp sport 53 accept", "tcp dport 1000-2000 drop",
        "tcp dport != 22 drop", "tcp dport > 1024 drop", "udp dport 53 udp sport 1024-65535 accept",
        "sctp dport 9 accept", "th dport 80 drop", "tcp flags syn / fin,syn,rst,ack accept", "tcp flags syn drop",
        "icmp type echo-request accept", "icmpv6 type nd-neighbor-solicit accept",
        "icmp type parameter-problem icmp code 5 accept", "ip saddr 10.0.0.1 ip daddr 10.0.0.2 drop",
        "ip saddr . tcp dport @pairs drop", "ip saddr @hosts drop", "ip saddr != @hosts drop", "tcp dport vmap @ports",
        "tcp dport { 80, 443 } accept", "ct state vmap { invalid : drop, established : accept }",
        "add @seen { ip saddr }", "update @seen { ip saddr }", "limit rate 10/second drop",
        "limit rate over 3/minute burst 7 packets drop", "limit rate 5/hour burst 1 packets accept",
        "log prefix \"[BLOCK] \" drop", "log prefix \"x\" level debug", "log group 5", "log", "reject",
        "reject with icmpx admin-prohibited", "reject with icmpx host-unreachable",
        "meta l4proto tcp reject with tcp reset",
        "counter drop", "counter name \"hits\" drop", "limit name \"few\" accept", "notrack", "jump other",
        "goto other",
        "return", "accept", "drop comment \"as I like it\"", "meta nftrace set 1", "meta pkttype broadcast drop",
        "meta skuid 0 accept", "ct direction reply accept", "continue",
    ]

    private static let table = """
        table inet t {
            counter hits { }
            limit few { rate 10/second burst 3 packets; }
            set hosts { type ipv4_addr; }
            set seen { type ipv4_addr; flags dynamic; size 100; }
            set pairs { type ipv4_addr . inet_service; }
            map ports { type inet_service : verdict; }
            chain other { }
            chain c {
                type filter hook prerouting priority -150;
                RULES
            }
        }
        """

    private static func listings(
        _ chain: String, _ table: String, _ family: TableFamily
    ) throws -> (nft: ChainListing, ours: ChainListing) {
        let listing = RuleListing(of: LiveKernel())
        return (try listing.list(chain, table, family), try listing.rendered(chain, table, family))
    }

    /// Anonymous sets are named, not listed.
    private static func withoutSets(_ text: String) -> String {
        text.replacing(/@__(set|map)[0-9]+|{[^}]*:[^}]*}|{[^}]*,[^}]*}/, with: "{}")
    }

    @Test func usualRules() throws {
        let (nft, ours) = try inFreshNamespace {
            try Tool.nft(Self.table.replacing("RULES", with: Self.plain.joined(separator: "\n")))
            return try Self.listings("c", "t", .inet)
        }
        #expect(nft.rules.count == Self.plain.count)
        #expect(ours.hook == nft.hook && nft.hook == "prerouting")
        for (handle, text) in nft.rules {
            #expect(Self.withoutSets(ours.rules[handle] ?? "") == Self.withoutSets(text))
        }
    }

    @Test(arguments: [
        ("ip", "ip daddr 10.1.2.3 reject with icmp host-prohibited"), ("ip6", "reject with icmpv6 no-route"),
    ])
    func ofOneFamily(_ family: String, _ rule: String) throws {
        let (nft, ours) = try inFreshNamespace {
            try Tool.nft("table \(family) t { chain c { type filter hook input priority 0; \(rule); }; }")
            return try Self.listings("c", "t", family == "ip" ? .ip : .ip6)
        }
        #expect(Array(nft.rules.values) == [rule])
        #expect(ours == nft)
    }

    @Test func whatHasNoWordsIsNamed() throws {
        let ours = try inFreshNamespace {
            try Tool.nft("table ip t { chain c { type filter hook input priority 0; quota 25 bytes; }; }")
            return try Self.listings("c", "t", .ip).ours
        }
        #expect(Array(ours.rules.values) == ["[quota]"])
    }

    @Test(arguments: [
        ("prerouting", "dnat to 10.0.0.1"), ("prerouting", "dnat to 10.0.0.1:80"),
        ("prerouting", "tcp dport 80 redirect to :8080"), ("prerouting", "redirect"),
        ("postrouting", "snat to 10.0.0.1-10.0.0.9"), ("postrouting", "masquerade"),
        ("postrouting", "meta l4proto tcp masquerade to :1024-2048"),
    ])
    func translations(_ hook: String, _ rule: String) throws {
        let text = rule.hasSuffix(":80") ? "meta l4proto tcp \(rule)" : rule
        let (nft, ours) = try inFreshNamespace {
            try Tool.nft("table ip t { chain c { type nat hook \(hook) priority 0; \(text); }; }")
            return try Self.listings("c", "t", .ip)
        }
        #expect(ours == nft)
    }

    /// iptables-nft uses xtables' matches, whose arguments only iptables knows.
    @Test(.needsTool("ufw")) func rulesOfUFW() throws {
        let listings = try inFreshNamespace {
            try inTemporaryFolder { folder in
                let outcome = try Tool.outcome(of: "/usr/bin/unshare", ["-m", "sh", "-c", UFW.enabling, folder])
                try #require(outcome.status == 0, "\(outcome.errors)\(outcome.output)")
            }
            return try ["ufw-before-input", "ufw-user-input", "ufw-after-logging-input", "INPUT"].map {
                try Self.listings($0, "filter", .ip)
            }
        }
        var same = 0
        for (nft, ours) in listings {
            #expect(nft.rules.keys.sorted() == ours.rules.keys.sorted())
            for (handle, text) in nft.rules {
                let our = ours.rules[handle] ?? ""
                if our.contains("xt ") { continue }
                #expect(our == text)
                same += 1
            }
        }
        #expect(same > 10)
    }

    @Test func damageNeverCrashes() throws {
        let rules = try inFreshNamespace {
            try Tool.nft(Self.table.replacing("RULES", with: Self.plain.joined(separator: "\n")))
            return try Ruleset(reading: LiveKernel())[.rule]
        }
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<50 {
            for rule in rules {
                var damaged = rule
                for _ in 0..<4 {
                    let place = Int.random(in: damaged.attributes.indices, using: &generator)
                    damaged.attributes[place] = UInt8.random(in: .min ... .max, using: &generator)
                }
                _ = RuleRenderer.text(of: damaged)
            }
        }
        #expect(rules.count == Self.plain.count)
    }
}
