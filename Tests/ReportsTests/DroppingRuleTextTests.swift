import Addresses
import Conntrack
import Firewall
import Inspection
import Netlink
import Reports
import Testing

@Suite("The rules that dropped packets, as text")
struct DroppingRuleTextTests {
    private let rule = DroppingRule(family: .ip, table: "filter", chain: "INPUT", decision: .rule(handle: 5))
    private let fragNeeded = TracedKind(.icmpError, state: .invalid, protocol: .icmp, icmpName: "frag-needed")

    @Test func aRuleWithWhatItDropped() throws {
        let target = TracedKind.Target(try #require(IPAddress("10.0.0.100")), 80)
        let kinds = [
            TracedKind(.fin, state: .invalid, protocol: .tcp): 4,
            TracedKind(.fin, state: .invalid, protocol: .tcp, target: target): 3, fragNeeded: 1,
        ]
        #expect(
            rule.sentence(.known(statement: "ct state invalid drop", hook: "input"), dropped: kinds)
                == "ip filter INPUT handle 5: ct state invalid drop — 8 packets (FIN 7, ICMP frag-needed 1)")
    }

    @Test func equalCountsAreInOrderOfTheirNames() {
        let kinds = [
            TracedKind(.rst, state: .invalid): 1, TracedKind(.fin, state: .invalid): 1,
            TracedKind(.icmpError, state: .invalid, protocol: .icmpv6, icmpName: "packet-too-big"): 1,
        ]
        #expect(
            rule.sentence(.known(statement: "drop", hook: nil), dropped: kinds)
                == "ip filter INPUT handle 5: drop — 3 packets (FIN 1, ICMPv6 packet-too-big 1, RST 1)")
    }

    @Test func aPolicy() {
        let policy = DroppingRule(family: .inet, table: "t", chain: "c", decision: .policy)
        #expect(
            policy.sentence(.known(statement: "policy drop", hook: "input"), dropped: [fragNeeded: 1])
                == "inet t c: policy drop — 1 packet (ICMP frag-needed 1)")
    }

    @Test func aRuleThatHasGone() {
        #expect(
            rule.sentence(.unknown("the chain is gone"), dropped: [fragNeeded: 2])
                == "ip filter INPUT handle 5 (text unknown: the chain is gone) — 2 packets (ICMP frag-needed 2)"
        )
    }

    @Test func namesOfTheKernelDoNothingToTheTerminal() {
        let odd = DroppingRule(
            family: TableFamily(rawValue: 77), table: "\u{1b}[2J", chain: "c", decision: .rule(handle: 1))
        #expect(odd.place == "77 \\u{1b}[2J c handle 1")
        #expect(!odd.sentence(.known(statement: "a\u{7}", hook: nil), dropped: [:]).contains("\u{7}"))
    }

    @Test func legacyTables() {
        #expect(LegacyTables(ipv4: .none, ipv6: .none).notices.isEmpty)
        let notices = LegacyTables(
            ipv4: .tables(["filter", "nat"]), ipv6: .unknown(KernelError("read it", .forbidden))
        ).notices
        #expect(
            notices.map(\.sentence) == [
                "iptables-legacy has tables here (filter, nat), whose rules cannot be traced: of the packets counted "
                    + "before the filter but not after it, only the traced drops are certainly due to nf_tables.",
                "Whether ip6tables-legacy has rules here (which cannot be traced) is unknown: cannot read it.",
            ])
    }
}
