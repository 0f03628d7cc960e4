import Firewall
import Netlink
import TestSupport
import Testing

@Suite("What rules that drop have counted", .needsRoot, .needsTool("nft"), .needsTool("iptables-legacy"))
struct RuleCountersTests {
    /// One datagram for each port, which nobody answers.
    private static func send(to ports: [Int]) throws {
        for port in ports { try Tool.shell("echo x > /dev/udp/127.0.0.1/\(port) || true", in: "/") }
    }

    /// Behind the chain INPUT of iptables.
    private static func makeChain(policy: String) throws {
        try Tool.run("ip link set lo up")
        try Tool.run("nft add table inet t")
        try Tool.run("nft add chain inet t c { type filter hook input priority 1 ; policy \(policy) ; }")
    }

    private static func rule(_ text: String) throws -> DroppingRule {
        let lines = try Tool.run("nft -a list chain inet t c").split(separator: "\n")
        let line = try #require(lines.first { $0.contains(text) })
        let handle = try #require(line.split(separator: " ").last.flatMap { UInt64($0) })
        return DroppingRule(family: .inet, table: "t", chain: "c", decision: .rule(handle: handle))
    }

    @Test("A counter in front of what drops is a rule's, also with a log in between; any other is not")
    func rules() throws {
        try inFreshNamespace {
            try Self.makeChain(policy: "accept")
            for rule in [
                "udp dport 7 counter drop", "udp dport 8 counter log drop", "udp dport 9 counter reject",
                "counter udp dport 10 drop", "udp dport 11 drop",
            ] { try Tool.run("nft add rule inet t c \(rule)") }
            try Self.send(to: [7, 7, 7, 8, 8, 9, 10, 11])
            let gone = DroppingRule(family: .inet, table: "t", chain: "c", decision: .rule(handle: 4711))
            let rules = try (7...11).map { try Self.rule("udp dport \($0)") }
            let counts = try RuleCounters(of: LiveKernel()).packets(droppedBy: rules + [gone])
            #expect(counts == [rules[0]: 3, rules[1]: 2, rules[2]: 1])
        }
    }

    @Test("A policy counts where its chain does, as in the chains of iptables-nft")
    func policies() throws {
        try inFreshNamespace {
            try Tool.run("iptables-nft -P INPUT DROP")
            try Self.makeChain(policy: "drop")
            try Self.send(to: [7, 8])
            let counting = DroppingRule(family: .ip, table: "filter", chain: "INPUT", decision: .policy)
            let silent = DroppingRule(family: .inet, table: "t", chain: "c", decision: .policy)
            #expect(try RuleCounters(of: LiveKernel()).packets(droppedBy: [counting, silent]) == [counting: 2])
        }
    }

    @Test("Rules and policies of iptables-legacy that have dropped or rejected")
    func legacy() throws {
        try inFreshNamespace {
            try Tool.run("ip link set lo up")
            for rule in ["-A INPUT -p udp --dport 7 -j DROP", "-A INPUT -p udp --dport 8 -j DROP", "-N later"] {
                try Tool.run("iptables-legacy \(rule)")
            }
            try Tool.run("iptables-legacy -A INPUT -p udp --dport 9 -j later")
            try Tool.run("iptables-legacy -A later -j REJECT")
            try Tool.run("iptables-legacy -A INPUT -p icmp -j ACCEPT")
            try Tool.run("iptables-legacy -P INPUT DROP")
            try Self.send(to: [7, 7, 9, 10])
            func dropping(_ chain: String, _ decision: DroppingRule.Decision) -> DroppingRule {
                DroppingRule(family: .ip, table: "filter", chain: chain, decision: decision)
            }
            #expect(
                RuleCounters(of: LiveKernel()).packetsDroppedByLegacyRules() == [
                    dropping("INPUT", .legacyRule(number: 1)): 2, dropping("later", .legacyRule(number: 1)): 1,
                    dropping("INPUT", .legacyPolicy): 1,
                ])
        }
    }
}
