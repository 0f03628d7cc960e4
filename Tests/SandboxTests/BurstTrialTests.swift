import Addresses
import Firewall
import Inspection
import Sandbox
import TestSupport
import Testing

@Suite("Bursts and sync messages in the sandbox", .needsRoot, .needsTool("nft"))
struct BurstTrialTests {
    /// Rules at LOCAL_IN, whose policy is drop.
    private static func filter(_ rules: String) -> String {
        """
        nft -f - <<'END'
        table inet filter {
            chain input {
                type filter hook input priority filter; policy drop;
                \(rules)
            }
        }
        END
        """
    }

    private func bursts(_ filter: String) throws -> [Burst?] {
        let trial = try Director(filter).trial()
        #expect(trial.missing == [] && trial.services.allSatisfy(\.isReachable))
        return trial.services.map(\.burst)
    }

    @Test(
        "A limit for NEW packets counts every ACK, however it is written",
        arguments: [
            "ct state established accept; ct state new limit rate over 20/second burst 30 packets drop; tcp dport 80 accept",
            "ct state established accept; ct state new tcp dport 80 limit rate 20/second burst 60 packets accept",
        ])
    func limited(_ rules: String) throws {
        for burst in try bursts(Self.filter(rules)) {
            let burst = try #require(burst)
            let rule = try #require(burst.limitingRule, "\(burst.outcome.words)")
            #expect(rule.chain == "input" && burst.limits.count == 1 && burst.sent < 305)
        }
    }

    @Test(
        "A limit for SYNs, one for another port, one behind the accept, and one that is for logging only are none",
        arguments: [
            "tcp flags & (fin | syn | rst | ack) == syn limit rate over 1/minute burst 20 packets drop; tcp dport 80 accept",
            "tcp dport 22 limit rate over 1/minute burst 1 packets drop; tcp dport 80 accept",
            "tcp dport 80 accept; limit rate over 1/minute burst 1 packets drop",
            "ct state new limit rate 3/minute burst 5 packets log prefix \"new \"; tcp dport 80 accept",
        ])
    func unlimited(_ rules: String) throws {
        for burst in try bursts(Self.filter(rules)) { #expect(burst?.limitingRule == nil) }
    }

    @Test("Without such rules nothing is sent")
    func none() throws {
        #expect(try bursts(Self.filter("tcp dport 80 accept")) == [nil, nil])
    }

    @Test("UFW's own limit locks a client out, and the rule that counts is named", .needsTool("ufw"))
    func ufw() throws {
        try inTemporaryFolder { folder in
            let enabling = UFW.enabling.replacing("ufw allow 80/tcp", with: "ufw limit 80/tcp")
            #expect(enabling.contains("ufw limit 80/tcp"))
            let trial = try Director("unshare -m sh -c '\(enabling)' \(folder) > /dev/null").trial()
            let burst = try #require(trial.services.first?.burst)
            #expect(burst.limitingRule?.chain == "ufw-user-limit", "\(burst.outcome.words)")
            #expect(burst.limits.contains { $0.chain == "ufw-user-input" })
        }
    }

    @Test("Limits of iptables-legacy, by their counters", .needsTool("iptables-legacy"))
    func legacy() throws {
        let rules = [
            "-A INPUT -p tcp --dport 80 -m conntrack --ctstate NEW -m limit --limit 10/second --limit-burst 20 -j ACCEPT",
            "-A INPUT -p tcp --dport 80 -j DROP",
        ]
        let trial = try Director(rules.map { "iptables-legacy \($0)" }.joined(separator: "; ")).trial()
        let burst = try #require(trial.services.first?.burst)
        #expect(burst.limitingRule?.decision == .legacyRule(number: 2), "\(burst.outcome.words)")
    }

    // MARK: Sync messages

    private static let group = SyncGroup(interface: "outside", Endpoint(IPAddress(ipv4: 0xE000_0051), 8848))

    private func sync(_ rules: String, interface: String = "outside") throws -> ProbeOutcome {
        // The kernel lists groups that it has sent to as neighbours.
        let group22 = "\nip neigh add 224.0.0.22 lladdr 01:00:5e:00:00:16 dev outside nud noarp"
        let director = try Director(
            Self.filter("tcp dport 80 accept; " + rules), network: Director.network + group22)
        var plan = director.plan
        var group = Self.group
        group.interface = interface
        plan.syncGroups = [group]
        let trial = try Trial(of: [], in: plan)
        return try #require(trial.syncs.first).outcome
    }

    @Test(
        "What another director tells is dropped, or passes, as the rules say: of all hosts, of the one partner, of multicasts"
    )
    func sync() throws {
        #expect(try sync("").droppingRule?.isPolicy == true)
        #expect(try sync("udp dport 8849 accept").droppingRule?.isPolicy == true)
        #expect(try sync("ip daddr 224.0.0.81 udp dport 8848 drop; accept").droppingRule?.isPolicy == false)
        for rule in [
            "ip daddr 224.0.0.81 udp dport 8848 accept", "meta pkttype multicast accept", "ip saddr 10.9.0.77 accept",
            "iifname outside udp dport 8848 accept",
        ] {
            #expect(try sync(rule).end == .passed(.localIn), "\(rule)")
        }
    }

    @Test("Each port of a daemon is tried, until one is closed")
    func ports() throws {
        func ends(_ rules: String) throws -> [ProbeOutcome.End] {
            var plan = try Director(Self.filter(rules), network: Director.network).plan
            plan.syncGroups = (0..<3).map {
                SyncGroup(interface: "outside", Endpoint(Self.group.endpoint.address, 8848 + $0))
            }
            return try Trial(of: [], in: plan).syncs.map(\.outcome.end)
        }
        let passed = ProbeOutcome.End.passed(.localIn)
        #expect(try ends("udp dport 8848-8850 accept") == [passed, passed, passed])
        #expect(try ends("ip saddr 10.9.0.77 udp dport 8848-8850 accept") == [passed, passed, passed])
        let second = try ends("udp dport { 8848, 8850 } accept")
        #expect(second.count == 2 && second.first == passed && second.last != passed)
    }

    @Test("By a link without a network nothing is known")
    func nowhere() throws {
        guard case .unknown = try sync("", interface: "lo").end else {
            Issue.record("something is known")
            return
        }
    }
}
