import Addresses
import Conntrack
import Firewall
import IPVS
import Inspection
import ObservationSupport
import Testing

@testable import Reports

struct TrafficSentenceTests {
    private func sentences(_ observation: Observation) throws -> [String] {
        observation.conclusions(about: try #require(observation.subjects.first))
    }

    private static let cure =
        "accept FIN, RST and ICMP errors to 10.0.0.100, and to no other address, before the rule that drops INVALID: "
        + "the real servers' own filters know the true state."
    private static let setting =
        "To fix it, run sysctl -w net.ipv4.vs.conntrack=0: ACKs of connections whose answers bypass the director are then "
        + "NEW, not INVALID."

    // MARK: Measured on a real director

    @Test("vs.conntrack=0 and a filter that drops INVALID: the ends are dropped, and IPVS keeps the connections")
    func filtered() throws {
        var observed = try Observation.of(Counts.filtered().counts, connections: ["ESTABLISHED": 2])
        observed.blame = [try Blame.of([.fin: 5, .rst: 1, .icmpError: 1])]
        let sentence =
            "5 FIN, 1 RST and 1 ICMP error of 15 packets were dropped as INVALID by ip filter INPUT handle 5; "
            + "IPVS never saw the connections end: 2 are still ESTABLISHED."
        let cure = "To fix it, " + Self.cure
        #expect(try sentences(observed) == [sentence, cure])
        #expect(observed.conclusions == ["tcp 10.0.0.100:80: " + sentence, "tcp 10.0.0.100:80: " + cure])
    }

    @Test("With the static cure: packets are INVALID, and the filter lets them pass")
    func fixed() throws {
        let observed = try Observation.of(Counts.fixed().counts, connections: ["FIN_WAIT": 1, "CLOSE": 1])
        #expect(
            try sentences(observed) == [
                "Nothing was dropped between PRE_ROUTING and IPVS: 1 FIN and 1 RST of 10 packets are INVALID, "
                    + "and the filter lets them pass."
            ])
    }

    @Test("vs.conntrack=1: every ACK is dropped, and the setting is the fix")
    func confirmed() throws {
        var observed = try Observation.of(
            Counts.confirmed().counts, vsConntrack: "1", connections: ["SYN_RECV": 3])
        observed.blame = [try Blame.of([.ack: 9, .fin: 4, .rst: 1])]
        #expect(
            try sentences(observed) == [
                "9 ACK, 4 FIN and 1 RST of 17 packets were dropped as INVALID by ip filter INPUT handle 5; "
                    + "IPVS saw no ACK: 3 connections are still in SYN_RECV.",
                Self.setting, "Also " + Self.cure,
            ])
    }

    @Test("vs.conntrack=1 with the static cure: the ACKs are still dropped, and the cure is not advised again")
    func confirmedAndMended() throws {
        var observed = try Observation.of(
            Counts.confirmedAndMended().counts, vsConntrack: "1",
            connections: ["SYN_RECV": 1, "TIME_WAIT": 1])
        observed.blame = [try Blame.of([.ack: 14])]
        #expect(
            try sentences(observed) == [
                "14 ACK of 19 packets were dropped as INVALID by ip filter INPUT handle 5; "
                    + "IPVS saw no ACK: 1 connection is still in SYN_RECV.",
                Self.setting,
            ])
    }

    // MARK: Rules

    @Test("Counters give totals, and traces give names: it shows if fewer were traced, and how many by each rule")
    func traced() throws {
        var observed = try Observation.of(Counts.filtered().counts)
        observed.blame = [try Blame.of([.fin: 3])]
        #expect(try sentences(observed)[0].hasSuffix(" by ip filter INPUT handle 5 (3 traced)."))
        #expect(try sentences(observed)[0].hasPrefix("5 FIN, 1 RST and 1 ICMP error of 15 packets were dropped"))
        observed.blame = [try Blame.of([.fin: 5, .rst: 1]), try Blame.of([.icmpError: 1], chain: "OLD", handle: nil)]
        #expect(
            try sentences(observed)[0].hasSuffix(
                "by ip filter INPUT handle 5 (6 traced) and the policy of ip filter OLD (1 traced)."))
    }

    @Test("Rules that dropped other packets are not named: of another service, class or ctstate, or an unknown address")
    func otherRules() throws {
        var observed = try Observation.of(Counts.filtered().counts)
        #expect(try sentences(observed)[0].hasSuffix(" as INVALID at LOCAL_IN (by which rule was not traced)."))
        var unknown = try Blame.of([:])
        unknown.dropped = [TracedKind(.fin, state: .invalid): 9]
        observed.blame = [
            try Blame.of([.fin: 9, .icmpError: 9], to: "10.0.0.101:80"), try Blame.of([.fin: 9], to: "10.0.0.100:81"),
            try Blame.of([.fin: 9], state: .new), try Blame.of([.ack: 9]), unknown,
        ]
        #expect(
            try sentences(observed)[0].hasSuffix(
                " as INVALID at LOCAL_IN (no rule of nf_tables was seen to drop them)."))
    }

    // MARK: What IPVS did not see

    @Test("IPVS is only said to have missed an end if FINs or RSTs were dropped and connections are open")
    func ends() throws {
        let closed = try Observation.of(Counts.filtered().counts, connections: ["FIN_WAIT": 2])
        #expect(try !sentences(closed)[0].contains("IPVS"))
        var acks = try Counts()
        acks.way(.ack, .invalid, 9, passed: 8)
        #expect(try !sentences(Observation.of(acks.counts, connections: ["ESTABLISHED": 2]))[0].contains("IPVS"))
        var partly = try Counts()
        partly.way(.fin, .invalid, 9, passed: 0)
        partly.way(.fin, .established, 2)
        #expect(
            try sentences(Observation.of(partly.counts, connections: ["ESTABLISHED": 1]))[0].hasSuffix(
                "; IPVS saw only 2 FIN and RST: 1 connection is still ESTABLISHED."))
        var one = try Counts()
        one.way(.rst, .invalid, 1, passed: 0)
        #expect(
            try sentences(Observation.of(one.counts, connections: ["ESTABLISHED": 1]))[0]
                == "1 RST of 1 packet was dropped as INVALID at LOCAL_IN (by which rule was not traced); "
                + "IPVS never saw the connection end: 1 is still ESTABLISHED.")
    }

    @Test("All SYNs dropped, and packets with several ctstates")
    func states() throws {
        var counts = try Counts()
        counts.way(.syn, .new, 3, passed: 0)
        let only = try sentences(Observation.of(counts.counts))
        #expect(
            only == [
                "3 SYN of 3 packets were dropped as NEW at LOCAL_IN (by which rule was not traced); IPVS saw no SYN."
            ])
        counts.way(.syn, .established, 1)
        counts.way(.fin, .invalid, 2, passed: 0)
        counts.way(.udp, CTState(rawValue: 9), 4, passed: 3)
        #expect(
            try sentences(Observation.of(counts.counts))[0]
                == "Of 10 packets 2 FIN as INVALID, 3 SYN as NEW and 1 UDP as 9 were dropped at LOCAL_IN "
                + "(by which rule was not traced).")
    }

    // MARK: Other places

    @Test("Nothing is dropped; and losses before LOCAL_IN are not attributed to the filter")
    func lost() throws {
        var counts = try Counts()
        counts.way(.syn, .new, 1)
        #expect(
            try sentences(Observation.of(counts.counts))
                == ["Nothing was dropped between PRE_ROUTING and IPVS: the one packet came through."])
        counts.add(.preRoutingPassed, .fin, .invalid, 3)
        #expect(
            try sentences(Observation.of(counts.counts)) == [
                "3 of 4 packets came past the rules at PRE_ROUTING and not to LOCAL_IN: no rule dropped them, but routing did "
                    + "(rp_filter, an address that is not local), or sent them elsewhere.",
                "Nothing was dropped at LOCAL_IN: the one packet came through.",
            ])
        counts.add(.localOut, .rst, .untracked, 2)
        #expect(
            try sentences(Observation.of(counts.counts)).last
                == "2 RST of 3 packets on the way to the real servers were dropped as UNTRACKED at LOCAL_OUT "
                + "(by which rule was not traced).")
    }

    @Test("Losses before conntrack, in IPVS, by NAT and outside netfilter are told apart")
    func otherLosses() throws {
        var counts = try Counts()
        counts.add(.arrived, .fin, .unseen, 3)
        counts.add(.preRouting, .fin, .invalid, 2)
        counts.add(.preRoutingPassed, .fin, .invalid, 1)
        counts.add(.rewritten, .fin, .invalid, 1)
        counts.add(.localIn, .fin, .invalid, 1)
        counts.add(.localInPassed, .fin, .invalid, 1)
        var observation = try Observation.of(counts.counts)
        observation.outside = [OutsideCounter("Ip.FragFails"): 2]
        let found = try sentences(observation)
        #expect(
            found == [
                "1 FIN of 3 packets was dropped before conntrack at PRE_ROUTING (by which rule was not traced).",
                "1 of 2 packets was sent to another address or port by NAT at PRE_ROUTING (DNAT, REDIRECT), and so not lost.",
                "1 of 1 packet came past the packet filter at LOCAL_IN, and IPVS did not send it on: it dropped it, unless a "
                    + "rule at LOCAL_OUT before conntrack (raw) did.",
            ])
        #expect(
            observation.findings.last?.reason
                == "While 1 packet was lost outside netfilter, Ip.FragFails grew by 2: nstat -az shows them, and they count "
                + "packets of other addresses, too.")
        observation.blame = []
        #expect(
            try sentences(observation)[0].hasSuffix(
                "(no rule of nf_tables was seen to drop them, and a full conntrack table drops there, too)."))
    }

    @Test("Who makes a rule again is said with it, and what the catch-all is")
    func makers() throws {
        var observation = try Observation.of(Counts.filtered().counts)
        var blame = try Blame.of([.fin: 5, .rst: 1, .icmpError: 1])
        blame.rule = DroppingRule(family: .inet, table: "firewalld", chain: "filter_INPUT", decision: .rule(handle: 9))
        observation.blame = [blame]
        #expect(
            try sentences(observation) == [
                "5 FIN, 1 RST and 1 ICMP error of 15 packets were dropped as INVALID by inet firewalld filter_INPUT handle 9 "
                    + "(firewalld makes these rules again: it drops INVALID before any zone or policy).",
                "Run ct-inspect advise for the commands that fix it here, tried in a sandbox.",
                "See ct-inspect-lvs-dr(7) for the fixes.",
            ])
        observation.blame = [try Blame.of([.fin: 5, .rst: 1, .icmpError: 1], handle: nil)]
        #expect(
            try sentences(observation)[1].hasPrefix(
                "To fix it, accept FIN, RST and ICMP errors to 10.0.0.100, and to no other address, before the policy of "
                    + "ip filter INPUT, which drops whatever was not accepted before it: "))
    }

    @Test("Dropped answers: a rule is named as far as traces can tell, but not one that drops packets to a VIP")
    func answers() throws {
        let nat = try ObservedSubject.service("10.0.0.100:80", .tcp, "10.0.0.3:8080", .nat)
        var counts = try Counts("10.0.0.3:8080")
        counts.add(.forward, .synAck, .established, 4)
        counts.add(.forward, .ack, .invalid, 3)
        counts.add(.forwardPassed, .synAck, .established, 4)
        // Translated by then.
        var left = try Counts()
        left.add(.answerLeaving, .synAck, .untracked, 4)
        left.add(.answerLeft, .synAck, .untracked, 4)
        var observed = try Observation.of(counts.counts + left.counts, [nat])
        observed.blame = [try Blame.of([.ack: 9])]
        #expect(
            try sentences(observed)
                == [
                    "3 ACK of 7 answers were dropped as INVALID at FORWARD "
                        + "(no rule of nf_tables was seen to drop them)."
                ])
        observed.blame = [try Blame.of([.ack: 1], to: "10.0.0.1:41048", chain: "FORWARD", handle: 7)]
        #expect(
            try sentences(observed) == [
                "3 ACK of 7 answers were dropped as INVALID at FORWARD (of such packets traces name "
                    + "ip filter FORWARD handle 7)."
            ])
    }

    @Test("A service by mark: traces cannot tell which service a packet belongs to")
    func mark() throws {
        let marked = try ObservedSubject.service(.fwmark(7, .ipv4), "10.0.0.3:0", .dr)
        var counts = try Counts("10.0.0.200:80")
        counts.way(.fin, .invalid, 2, passed: 0)
        for index in counts.counts.indices { counts.counts[index].mark = 7 }
        var observed = try Observation.of(counts.counts, [marked])
        observed.blame = [try Blame.of([.fin: 2], to: "10.0.0.200:80")]
        #expect(
            try sentences(observed) == [
                "2 FIN of 2 packets were dropped as INVALID at LOCAL_IN (of such packets traces name "
                    + "ip filter INPUT handle 5).",
                "To fix it, accept FIN, RST and ICMP errors to the service's addresses, and to no others, before the rule "
                    + "that drops INVALID: the real servers' own filters know the true state.",
            ])
    }

    @Test("For an address without a service, nothing is said about IPVS, and nothing advised")
    func address() throws {
        let subject = try ObservedSubject.address("10.0.0.100:80")
        let dropped = try sentences(Observation.of(Counts.filtered().counts, [subject]))
        #expect(dropped.count == 1 && !dropped[0].contains("IPVS"))
        let passed = try sentences(Observation.of(Counts.fixed().counts, [subject]))
        #expect(passed[0].hasPrefix("Nothing was dropped between PRE_ROUTING and the end of the packet filter: "))
    }

    @Test("Packets to a VIP that belong to no service have their own sentence, and silence is reported once")
    func elsewhere() throws {
        var counts = try Counts("10.0.0.100:81")
        counts.way(.icmpError, .invalid, 2, passed: 0)
        var observed = try Observation.of(counts.counts)
        observed.blame = [try Blame.of([.icmpError: 2])]
        #expect(
            observed.conclusions == [
                "10.0.0.100 (no service): 2 ICMP errors of 2 packets were dropped as INVALID by ip filter INPUT handle 5."
            ])
        #expect(try Observation.of([]).conclusions == ["No matching packets were seen."])
    }

    @Test("Answers are accepted by whoever makes the rule that drops them")
    func acceptForwarded() {
        func words(
            _ table: String, _ chain: String, _ decision: DroppingRule.Decision = .policy, _ family: TableFamily = .ip
        )
            -> String
        {
            let rule = DroppingRule(family: family, table: table, chain: chain, decision: decision)
            return Remedy.acceptForwarded(rule).clause.components(after: "rule: ")
        }
        let match = "-m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT"
        #expect(words("filter", "FORWARD") == "iptables -I FORWARD \(match)")
        #expect(words("filter", "FORWARD", .policy, .ip6) == "ip6tables -I FORWARD \(match)")
        #expect(words("filter", "FORWARD", .legacyPolicy) == "iptables-legacy -I FORWARD \(match)")
        #expect(words("mangle", "FORWARD") == "iptables -t mangle -I FORWARD \(match)")
        #expect(words("filter", "ufw-reject-forward", .rule(handle: 4)).contains("/etc/ufw/before.rules"))
        #expect(words("firewalld", "filter_FORWARD", .rule(handle: 4), .inet) == "with firewalld, which makes the rule")
        #expect(
            words("fw", "forward", .rule(handle: 4), .inet)
                == "nft insert rule inet fw forward ct state established,related accept")
    }
}

extension String {
    fileprivate func components(after mark: String) -> String {
        ranges(of: mark).first.map { String(self[$0.upperBound...]) } ?? self
    }
}
