import Netlink
import TestSupport
import Testing

@testable import Firewall

@Suite("What one ruleset has and another has not", .needsRoot, .needsTool("nft"))
struct RulesetDifferenceTests {
    private static let rules = """
        table inet edge {
            set banned { type ipv4_addr; }
            chain input {
                type filter hook input priority filter; policy drop;
                ip saddr @banned drop
                tcp dport { 80, 443, 8000-8100 } counter accept
                jump more
            }
            chain more {
                udp dport 53 quota 10 mbytes accept
            }
        }
        """

    private static func ruleset(_ commands: String) throws -> Ruleset {
        try inFreshNamespace {
            try Tool.run("ip link set lo up")
            let outcome = try Tool.outcome(of: "/usr/bin/env", ["bash", "-ec", "nft -f - <<'END'\n\(commands)\nEND"])
            #expect(outcome.status == 0, "\(outcome.errors)")
            return try Ruleset(reading: LiveKernel())
        }
    }

    private static func iptables(_ rules: String...) throws -> Ruleset {
        try inFreshNamespace {
            for rule in rules { try Tool.run("iptables-nft -A INPUT \(rule)") }
            return try Ruleset(reading: LiveKernel())
        }
    }

    @Test("Comments of iptables are no difference; how often a rule is there is one", .needsTool("iptables-nft"))
    func iptables() throws {
        let tcp = "-p tcp -j ACCEPT"
        let one = try Self.iptables(tcp)
        let same = RulesetDifference(from: try Self.iptables("-m comment --comment why \(tcp)"), to: one)
        #expect(same.lost.isEmpty && same.gained.isEmpty && same.alike.isEmpty)
        let twice = RulesetDifference(from: one, to: try Self.iptables(tcp, "-m comment --comment why \(tcp)"))
        #expect(twice.lost.isEmpty && twice.gained.count == 1)
    }

    private static func difference(_ first: String, _ second: String) throws -> RulesetDifference {
        RulesetDifference(from: try ruleset(first), to: try ruleset(second))
    }

    @Test("Handles, comments, elements of sets with names, and the numbers of those without are no difference")
    func same() throws {
        let other = """
            table inet first { chain c { tcp dport { 1, 2 } accept; }; }
            delete table inet first
            \(Self.rules)
            add rule inet edge more udp dport 5353 accept
            flush chain inet edge more
            add rule inet edge more udp dport 53 quota 10 mbytes used 5 mbytes accept comment "names"
            add element inet edge banned { 10.0.0.9 }
            """
        let difference = try Self.difference(Self.rules, other)
        #expect(difference.lost.isEmpty && difference.gained.isEmpty && difference.alike.isEmpty)
        #expect(difference.goneTables.isEmpty && difference.unclear.isEmpty)
    }

    @Test(
        "A rule, what a set without a name has, a policy, a priority",
        arguments: [
            ("udp dport 53", "udp dport 54"), ("jump more", "goto more"), ("443", "444"), ("8100", "8101"),
            ("policy drop", "policy accept"), ("priority filter", "priority 1"), ("10 mbytes", "11 mbytes"),
            ("@banned drop", "@banned accept"),
        ])
    func changed(what: String, other: String) throws {
        let difference = try Self.difference(Self.rules, Self.rules.replacing(what, with: other))
        let all = difference.lost + difference.gained
        #expect(
            !difference.lost.isEmpty && !difference.gained.isEmpty && all.allSatisfy { $0.strangeChain == nil },
            "\(what)")
    }

    @Test(
        "A chain that only one has is named, with the rules that lead to it; a table that only one has is not compared")
    func strange() throws {
        let more =
            Self.rules
            + "\nadd chain inet edge f2b { }\ninsert rule inet edge input jump f2b\nadd rule inet edge f2b drop"
        let difference = try Self.difference(more + "\nadd table ip own\nadd chain ip own c", Self.rules)
        #expect(difference.lost.count == 2 && difference.gained.isEmpty)
        #expect(difference.lost.allSatisfy { $0.strangeChain == "f2b" })
        #expect(difference.goneTables.map(\.description) == ["table ip own"])
        let back = try Self.difference(Self.rules, more)
        #expect(back.gained.count == 2 && back.gained.allSatisfy { $0.strangeChain == nil })
    }

    @Test("A base chain that only one has decides nothing, unless it drops")
    func empty() throws {
        let more = Self.rules + "\nadd chain inet edge output { type filter hook output priority 0; }"
        let accepting = try Self.difference(more, Self.rules)
        #expect(accepting.lost.isEmpty && accepting.gained.isEmpty)
        let dropping = try Self.difference(
            more.replacing("priority 0; }", with: "priority 0; policy drop; }"), Self.rules)
        #expect(dropping.lost.map(\.strangeChain) == ["output"] && dropping.gained.isEmpty)
    }

    @Test("Chains without names may have other numbers, and tables of bridges see no packet of a service")
    func left() throws {
        let nameless = "table ip t { chain c { type filter hook input priority 0; tcp dport 1 jump { drop; }; }; }"
        let difference = try Self.difference(nameless, nameless.replacing("dport 1", with: "dport 2"))
        #expect(difference.lost.isEmpty && difference.gained.isEmpty && difference.unclear.count == 1)
        let bridge = try Self.difference("add table bridge b", "")
        #expect(bridge.goneTables.isEmpty)
    }
}
