import Conntrack
import Firewall
import TestSupport
import Testing

/// The rule blamed is the one whose own counter went up.
@Suite("Blaming rules, with real packets", .needsRoot, .needsTool("nft"))
struct BlameLiveTests {
    static let invalid = [
        CraftedPacket.tcp([.fin, .ack]), CraftedPacket.tcp([.fin, .ack]), CraftedPacket.tcp(.rst),
        CraftedPacket.fragNeeded,
    ]
    static let invalidIPv6 = [
        CraftedPacket.tcp([.fin, .ack], ipv6: true), CraftedPacket.tcp(.rst, ipv6: true), CraftedPacket.packetTooBig,
    ]
    private static let classes = ["FIN": 2, "RST": 1, "frag-needed": 1]
    private static let classesIPv6 = ["FIN": 1, "RST": 1, "packet-too-big": 1]

    @Test func plainNft() throws {
        try expectOneRule("ct state invalid drop", hook: "input") {
            try Tool.run("nft add table inet filter")
            try Tool.run("nft add chain inet filter input { type filter hook input priority 0 ; }")
            try Tool.run("nft add rule inet filter input ct state invalid counter drop")
        }
    }

    @Test func aRuleInAChainThatIsJumpedTo() throws {
        try expectOneRule(#"drop comment "mine""#, hook: nil) {
            try Tool.run("nft add table inet filter")
            try Tool.run("nft add chain inet filter bad")
            try Tool.run("nft add chain inet filter input { type filter hook input priority 0 ; }")
            try Tool.run("nft add rule inet filter input ct state invalid jump bad")
            try Tool.run(#"nft add rule inet filter bad counter drop comment "mine""#)
        }
    }

    @Test func aReject() throws {
        try expectOneRule("ct state invalid reject with icmpx admin-prohibited", hook: "input") {
            try Tool.run("nft add table inet filter")
            try Tool.run("nft add chain inet filter input { type filter hook input priority 0 ; }")
            try Tool.run(
                "nft add rule inet filter input ct state invalid counter reject with icmpx type admin-prohibited")
        }
    }

    /// Tables, chains and rules as created by firewalld 1.3; the counter is ours.
    @Test func theShapeOfFirewalld() throws {
        try expectOneRule("ct state invalid drop", hook: "input") {
            try Tool.run("nft add table inet firewalld")
            for chain in ["filter_INPUT_POLICIES_pre", "filter_INPUT_ZONES"] {
                try Tool.run("nft add chain inet firewalld \(chain)")
            }
            try Tool.run(
                "nft add chain inet firewalld filter_INPUT { type filter hook input priority filter + 10 ; policy accept ; }"
            )
            for rule in [
                "ct state { established, related } accept", "ct status dnat accept", "iifname lo accept",
                "ct state invalid counter drop", "jump filter_INPUT_ZONES", "reject with icmpx admin-prohibited",
            ] {
                try Tool.run("nft add rule inet firewalld filter_INPUT \(rule)")
            }
        }
    }

    @Test(.needsTool("iptables-nft"), arguments: [false, true]) func iptablesNft(_ ipv6: Bool) throws {
        try expectOneRule("ct state invalid drop", hook: "input", ipv6: ipv6) {
            let program = ipv6 ? "ip6tables-nft" : "iptables-nft"
            try Tool.run("\(program) -A INPUT -m conntrack --ctstate INVALID -j DROP")
        }
    }

    @Test func aPolicy() throws {
        let blame = try Blame([CraftedPacket.tcp(.syn)] + Self.invalid, dropped: Self.invalid.count) {
            try Tool.run("nft add table ip filter")
            try Tool.run("nft add chain ip filter in { type filter hook input priority 0 ; policy drop ; }")
            try Tool.run("nft add rule ip filter in ct state new accept")
        }
        let policy = DroppingRule(family: .ip, table: "filter", chain: "in", decision: .policy)
        #expect(blame.dropped == [policy: Self.invalid.count])
        #expect(blame.classes(policy) == Self.classes)
        #expect(blame.texts == [policy: .known(statement: "policy drop", hook: "input")])
        #expect(blame.tally.notDropped == 1)
    }

    /// The other program gets its own events, and its packets were not marked by us.
    @Test func anotherProgramsTrace() throws {
        let packets = [CraftedPacket.tcp(.ack, port: 81)] + Self.invalid
        let blame = try Blame(packets, dropped: Self.invalid.count) {
            try Tool.run("nft add table inet filter")
            try Tool.run("nft add chain inet filter pre { type filter hook prerouting priority -300 ; }")
            try Tool.run("nft add rule inet filter pre meta nftrace set 1")
            try Tool.run("nft add chain inet filter early { type filter hook prerouting priority -250 ; }")
            try Tool.run("nft add rule inet filter early tcp dport 81 drop")
            try Tool.run("nft add chain inet filter input { type filter hook input priority 0 ; }")
            try Tool.run("nft add rule inet filter input ct state invalid counter drop")
        }
        #expect(blame.dropped == blame.counted)
        #expect(blame.dropped.keys.map { blame.classes($0) } == [Self.classes])
    }

    /// Packets dropped by iptables-legacy leave no trace, and no rule is blamed.
    @Test(.needsTool("iptables-legacy")) func iptablesLegacyIsNotTraced() throws {
        let isOver = {
            let counters = try Tool.run("iptables-legacy -L INPUT -n -v -x")
            return counters.split(separator: "\n").last?.split(separator: " ").first == "4"
        }
        let blame = try Blame(Self.invalid, dropped: 0, isOver: isOver) {
            try Tool.run("iptables-legacy -A INPUT -m conntrack --ctstate INVALID -j DROP")
        }
        #expect(blame.tally.drops.isEmpty)
        #expect(blame.tally.notDropped == 4)
        #expect(blame.legacyTables == LegacyTables(ipv4: .tables(["filter"]), ipv6: .none))
    }

    private func expectOneRule(
        _ text: String, hook: String?, ipv6: Bool = false, _ rules: @escaping () throws -> Void
    ) throws {
        let packets = ipv6 ? Self.invalidIPv6 : Self.invalid
        let blame = try Blame(packets, dropped: packets.count, rules: rules)
        #expect(blame.dropped == blame.counted)
        let rule = try #require(blame.dropped.keys.first)
        #expect(blame.dropped == [rule: packets.count])
        #expect(blame.classes(rule) == (ipv6 ? Self.classesIPv6 : Self.classes))
        #expect(blame.texts[rule] == .known(statement: text, hook: hook))
        let states = (blame.tally.drops[rule] ?? [:]).keys.map(\.state)
        #expect(Set(states) == [.invalid])
    }
}
