import Addresses
import Firewall
import Inspection
import Sandbox
import TestSupport
import Testing

@Suite("Bursts in the sandbox", .needsRoot, .needsTool("nft"))
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
}
