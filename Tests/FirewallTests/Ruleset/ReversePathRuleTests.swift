import CNetlink
import Netlink
import TestSupport
import Testing

@testable import Firewall

@Suite("Rules that drop what comes by another link", .needsRoot, .needsTool("nft"))
struct ReversePathRuleTests {
    private func rules(_ commands: String) throws -> [String] {
        try inFreshNamespace {
            let outcome = try Tool.outcome(of: "/usr/bin/env", ["bash", "-ec", commands])
            #expect(outcome.status == 0, "\(outcome.errors)")
            let kernel = LiveKernel()
            return try Ruleset(reading: kernel).reversePathRules.map(\.description)
                + LegacyTable.all(in: kernel).tables.flatMap(\.reversePathRules).map(\.description)
        }
    }

    private static let chains =
        "nft 'table inet f { counter seen { }; quota much { over 1 bytes; }; chain early { type filter hook prerouting priority raw; }; chain other { }; }'; "

    @Test(
        "Strict ones of IPv6, or of both families, as firewalld has them; not loose ones, nor those for some interface",
        arguments: [
            ("meta nfproto ipv6 fib saddr . mark . iif oif missing drop", true),
            ("fib saddr . iif oif missing counter drop", true),
            ("fib saddr . iif oif missing counter name seen drop", true),
            ("fib saddr . iif oif missing quota name much drop", false),
            ("meta nfproto ipv6 fib saddr . mark oif missing drop", false),
            ("meta nfproto ipv4 fib saddr . iif oif missing drop", false),
            ("fib saddr . iif oif missing accept", false), ("fib saddr . iif oif exists drop", false),
            ("iifname \"eth1\" fib saddr . iif oif missing drop", false),
            ("fib daddr . iif type != local drop", false), ("drop", false),
        ])
    func nft(_ rule: String, _ isStrict: Bool) throws {
        let found = try rules(Self.chains + "nft 'add rule inet f early \(rule)'")
        #expect(found.count == (isStrict ? 1 : 0), "\(found)")
        if isStrict { #expect(found[0].hasPrefix("inet f early handle ")) }
    }

    @Test("Where no packet comes by, it does not matter")
    func elsewhere() throws {
        let commands =
            Self.chains + "nft 'add rule inet f other fib saddr . iif oif missing drop'; "
            + "nft 'table ip g { chain early { type filter hook prerouting priority raw; fib saddr . iif oif missing drop; }; }'"
        #expect(try rules(commands) == [])
    }

    @Test(
        "Of ip6tables, nft and legacy", .needsTool("ip6tables-legacy"), arguments: ["nft", "legacy"],
        [
            ("-m rpfilter --invert -j DROP", true), ("-m rpfilter --invert --validmark -j DROP", true),
            ("-m rpfilter --loose --invert -j DROP", false), ("-m rpfilter -j DROP", false),
            ("-m rpfilter --invert -j ACCEPT", false), ("-i eth1 -m rpfilter --invert -j DROP", false),
        ])
    func iptables(_ variant: String, _ rule: (words: String, isStrict: Bool)) throws {
        let found = try rules("ip6tables-\(variant) -t raw -A PREROUTING \(rule.words)")
        #expect(found.count == (rule.isStrict ? 1 : 0), "\(found)")
    }
}
