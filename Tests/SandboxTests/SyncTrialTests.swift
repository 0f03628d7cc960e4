import Addresses
import Conntrack
import Firewall
import Inspection
import Netlink
import Sandbox
import TestSupport
import Testing

@Suite("Messages of sync daemons in the sandbox", .needsRoot, .needsTool("nft"))
struct SyncTrialTests {
    private static let (group, near, far) = ("224.0.0.81", "ff02::81", "ff05::81")

    private static func group(_ address: String, port: UInt16 = 8848, isSender: Bool) throws -> SyncGroup {
        SyncGroup(
            interface: "outside", Endpoint(try #require(IPAddress(address)), port), isSender: isSender)
    }

    /// Drops what no rule accepts, at this hook.
    private static func filter(_ hook: String, _ rules: String) -> String {
        """
        nft -f - <<'END'
        table inet filter {
            chain tried {
                type filter hook \(hook) priority filter; policy drop;
                \(rules)
            }
        }
        END
        """
    }

    private static func ends(
        _ rules: String, _ groups: [SyncGroup], settings: [String: String] = [:]
    ) throws -> [ProbeOutcome] {
        // The kernel lists groups that it has sent to as neighbours.
        let neighbours = """

            ip neigh add 224.0.0.22 lladdr 01:00:5e:00:00:16 dev outside nud noarp
            ip -6 neigh add fe80::77 lladdr 02:00:00:00:00:77 dev outside
            """
        let director = try Director(rules, settings: settings, network: Director.network + neighbours)
        var plan = director.plan
        plan.syncGroups = groups
        return try Trial(of: [], in: plan).syncs.map(\.outcome)
    }

    /// A message that comes in.
    private static func heard(_ rules: String, _ address: String = group) throws -> ProbeOutcome {
        try #require(try ends(filter("input", rules), [try group(address, isSender: false)]).first)
    }

    /// One that leaves.
    private static func sent(
        _ rules: String, _ address: String = group, at hook: String = "output"
    ) throws -> ProbeOutcome {
        try #require(try ends(filter(hook, rules), [try group(address, isSender: true)]).first)
    }

    @Test(
        "What another director tells is dropped, or passes, as the rules say: of all hosts, of the one partner, of multicasts"
    )
    func heard() throws {
        let closed = ["", "udp dport 8849 accept", "ip daddr 224.0.0.81 udp dport 8848 drop; accept"]
        for (place, rule) in closed.enumerated() {
            let outcome = try Self.heard(rule)
            #expect(outcome.droppingRule?.isPolicy == (place < 2), "\(rule)")
        }
        for rule in [
            "ip daddr 224.0.0.81 udp dport 8848 accept", "meta pkttype multicast accept", "ip saddr 10.9.0.77 accept",
            "iifname outside udp dport 8848 accept",
        ] {
            let outcome = try Self.heard(rule)
            #expect(outcome.end == .passed(.localIn), "\(rule)")
        }
    }

    @Test("The same of IPv6: link-local senders for a group of the link, others beyond", arguments: [near, far])
    func heardByIPv6(_ address: String) throws {
        let isNear = address == Self.near
        let closed = ["", "ip6 saddr \(isNear ? "2001:db8:9:1::/64" : "fe80::/10") accept"]
        for rule in closed {
            let outcome = try Self.heard(rule, address)
            #expect(outcome.droppingRule?.isPolicy == true, "\(rule): \(outcome.words)")
        }
        let open = [
            "ip6 daddr \(address) udp dport 8848 accept", "meta pkttype multicast accept",
            "ip6 saddr \(isNear ? "fe80::/10" : "2001:db8:9:1::/64") accept",
        ]
        for rule in open + (isNear ? ["ip6 saddr fe80::77 accept"] : []) {
            let outcome = try Self.heard(rule, address)
            #expect(outcome.end == .passed(.localIn), "\(rule): \(outcome.words)")
        }
        // Somebody may have that address.
        for rule in ["ip6 saddr 2001:db8:9:1::99 accept", "ip6 saddr { fe80::98, fe80::99 } accept"] {
            guard case .unknown = try Self.heard(rule, address).end else {
                Issue.record("something is known: \(rule)")
                continue
            }
        }
    }

    @Test(
        "What a master sends is dropped, or leaves: by group, port, interface, source and ctstate",
        arguments: [group, near, far])
    func sent(_ address: String) throws {
        let (family, source) =
            address == Self.group ? ("ip", "10.9.0.1") : ("ip6", address == Self.near ? "fe80::/10" : "2001:db8:9:1::1")
        for rule in ["", "udp dport 8849 accept", "oifname lo accept", "ct state established,invalid,untracked accept"]
        {
            let outcome = try Self.sent(rule, address)
            #expect(outcome.droppingRule?.isPolicy == true, "\(rule): \(outcome.words)")
        }
        for rule in [
            "udp dport 8848 accept", "oifname outside accept", "\(family) daddr \(address) accept",
            "\(family) saddr \(source) accept", "ct state new accept",
            "\(family == "ip" ? "ip ttl" : "ip6 hoplimit") 1 accept",
        ] {
            let outcome = try Self.sent(rule, address)
            #expect(outcome.end == .passed(.postRouting), "\(rule): \(outcome.words)")
        }
        let last = try Self.sent("", address, at: "postrouting")
        #expect(last.droppingRule?.chain == "tried", "\(last.words)")
        let passed = try Self.sent("udp dport 8848 accept", address, at: "postrouting")
        #expect(passed.end == .passed(.postRouting), "\(passed.words)")
    }

    @Test("Rules about the sending program prove nothing about the kernel's messages")
    func owner() throws {
        guard case .unknown = try Self.sent("meta skuid 0 accept").end else {
            Issue.record("something is known")
            return
        }
        let heard = try Self.ends(
            Self.filter("output", "meta skuid 0 accept"), [try Self.group(Self.group, isSender: false)])
        #expect(heard.map(\.end) == [.passed(.localIn)])
    }

    @Test("Rules of iptables-legacy", .needsTool("iptables-legacy"))
    func legacy() throws {
        let rules = "iptables-legacy -P OUTPUT DROP; ip6tables-legacy -P INPUT DROP"
        let groups = [
            try Self.group(Self.group, isSender: true), try Self.group(Self.near, isSender: true),
            try Self.group(Self.near, isSender: false), try Self.group(Self.group, isSender: false),
        ]
        let closed = try Self.ends(rules, groups)
        #expect(closed.map { $0.droppingRule?.isPolicy } == [true, nil, true, nil], "\(closed.map(\.words))")
        let accepting =
            rules
            + "; iptables-legacy -A OUTPUT -p udp --dport 8848 -j ACCEPT; ip6tables-legacy -A INPUT -d ff02::81 -j ACCEPT"
        let open = try Self.ends(accepting, groups)
        #expect(open.allSatisfy { $0.hasPassed }, "\(open.map(\.words))")
    }

    @Test("Each port of a daemon is tried, until one is closed", arguments: [false, true])
    func ports(isSender: Bool) throws {
        let groups = try (0..<3).map { try Self.group(Self.group, port: 8848 + $0, isSender: isSender) }
        func ends(_ rules: String) throws -> [ProbeOutcome.End] {
            try Self.ends(Self.filter(isSender ? "output" : "input", rules), groups).map(\.end)
        }
        let passed = ProbeOutcome.End.passed(isSender ? .postRouting : .localIn)
        #expect(try ends("udp dport 8848-8850 accept") == [passed, passed, passed])
        if !isSender { #expect(try ends("ip saddr 10.9.0.77 udp dport 8848-8850 accept") == [passed, passed, passed]) }
        let second = try ends("udp dport { 8848, 8850 } accept")
        #expect(second.count == 2 && second.first == passed && second.last != passed)
    }

    @Test("By a link without a network nothing is known", arguments: [false, true])
    func nowhere(isSender: Bool) throws {
        var group = try Self.group(Self.group, isSender: isSender)
        group.interface = "lo"
        guard case .unknown = try Self.ends(Self.filter("input", ""), [group]).first?.end else {
            Issue.record("something is known")
            return
        }
    }
}
