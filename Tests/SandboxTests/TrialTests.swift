import Addresses
import Conntrack
import Firewall
import Foundation
import IPVS
import Inspection
import Netlink
import Packets
import Reports
import Sandbox
import TestSupport
import Testing

@Suite("A trial in the sandbox", .needsRoot, .needsTool("nft"))
struct TrialTests {
    /// The article's filter: established and new packets of the service pass, INVALID ones do not. Rules were removed before, so that the
    /// handles of a copy differ.
    private static func trap(before: String = "") -> String {
        """
        nft -f - <<'END'
        table inet filter {
            chain input {
                type filter hook input priority filter; policy drop;
                counter
                counter
            }
        }
        flush chain inet filter input
        table inet filter {
            chain input {
                \(before)
                ct state established,related accept
                ct state invalid drop
                iifname "outside" tcp dport 80 accept
            }
        }
        END
        """
    }

    private static let ends = ["FIN+ACK", "RST", "RST+ACK"]

    private func expectDrops(_ trial: Trial, _ statement: String) {
        #expect(trial.services.count == 2)
        for service in trial.services {
            #expect(service.opening?.words == "NEW LOCAL_IN")
            let dropped = service.outcomes.filter { $0.outcome.droppingRule != nil }.map(\.probe.name)
            let passed = service.outcomes.filter(\.outcome.hasPassed).map(\.probe.name)
            let errors = service.outcomes.map(\.probe).filter { $0.packetClass == .icmpError }.map(\.name)
            #expect(errors.count == 7)
            #expect(dropped == Self.ends + errors)
            #expect(passed == ["ACK", "PSH+ACK"])
            #expect(service.outcomes.allSatisfy { $0.outcome.droppingRule == nil || $0.outcome.ctstate == .invalid })
        }
        let statements = trial.rules.values.map { text in
            if case .known(let statement, _) = text { statement } else { "?" }
        }
        #expect(Set(statements) == [statement])
    }

    @Test("FINs, RSTs and ICMP errors meet the director's rule that drops INVALID, which has the director's handle")
    func trap() throws {
        let director = try Director(Self.trap())
        let trial = try director.trial()
        expectDrops(trial, "ct state invalid drop")
        #expect(trial.missing == [])
        let handles = Set(
            director.ruleset[.rule].filter { $0.name == "input" }.compactMap(\.handle))
        for rule in trial.rules.keys {
            guard case .rule(let handle) = rule.decision else {
                Issue.record("a policy dropped")
                return
            }
            #expect(handles.contains(handle) && handle > 4)
        }
    }

    @Test(
        "A director with an address near the end of its network, and without a default route, is reached by others there"
    )
    func nearTheEnd() throws {
        let lines = Director.network.split(separator: "\n").filter { !$0.contains("default") }
        let network = lines.joined(separator: "\n").replacing("10.9.0.1/24", with: "10.9.0.253/24")
            .replacing("2001:db8:9:1::1/64", with: "2001:db8:9:1::fffd/64")
        let trial = try Director(Self.trap(), network: network).trial()
        expectDrops(trial, "ct state invalid drop")
        #expect(trial.doubt == nil)
    }

    @Test("With the article's fix everything passes, and to another address INVALID packets are still dropped")
    func fixed() throws {
        let rules = """
            ip daddr \(Director.vip) ct state invalid accept
            ip6 daddr \(Director.vip6) ct state invalid accept
            """
        let trial = try Director(Self.trap(before: rules)).trial()
        for service in trial.services {
            #expect(service.isReachable)
            let notPassed = service.outcomes.filter { !$0.outcome.hasPassed }
            #expect(notPassed.isEmpty, "\(notPassed)")
        }
        #expect(trial.doubt == nil)
    }

    @Test("Where entries are confirmed, an ACK after a SYN is INVALID")
    func confirmed() throws {
        let director = try Director(Self.trap(), settings: [Sysctls.ipvsConntrack: "1"])
        let trial = try director.trial()
        for service in trial.services {
            let after = service.outcomes.filter(\.probe.isAfterOpening)
            // ICMP errors as well: those are about an entry now.
            #expect(after.count == 12)
            let errors = after.filter { $0.probe.packetClass == .icmpError }
            #expect(errors.allSatisfy { $0.outcome.ctstate == .related && $0.outcome.hasPassed }, "\(errors)")
            let acks = after.filter { $0.probe.packetClass == .ack }
            #expect(acks.allSatisfy { $0.outcome.ctstate == .invalid && $0.outcome.droppingRule != nil }, "\(acks)")
        }
    }

    @Test("nf_conntrack_tcp_loose=0 holds in the sandbox, too")
    func strict() throws {
        let trial = try Director(Self.trap(), settings: [Sysctls.tcpLoose: "0"]).trial()
        let acks = trial.services.flatMap(\.outcomes).filter { $0.probe.packetClass == .ack }
        #expect(acks.count == 4 && acks.allSatisfy { $0.outcome.droppingRule != nil })
    }

    @Test("UFW's own rules: the drops are those of the ufw-before-input chains", .needsTool("ufw"))
    func ufw() throws {
        try inTemporaryFolder { folder in
            let filter = "unshare -m sh -c '\(UFW.enabling)' \(folder) > /dev/null"
            let trial = try Director(filter).trial()
            #expect(trial.missing == [])
            for service in trial.services {
                #expect(service.isReachable, "\(service.lines)")
                let ends = service.outcomes.filter { Self.ends.contains($0.probe.name) }
                let chain = service.service.family == .ipv4 ? "ufw-before-input" : "ufw6-before-input"
                #expect(ends.allSatisfy { $0.outcome.droppingRule?.chain == chain }, "\(service.lines)")
            }
        }
    }

    @Test("firewalld's own rules: the drops are those of its chain filter_INPUT", .needsTool("firewalld"))
    func firewalld() throws {
        try inTemporaryFolder { folder in
            let trial = try Director("unshare -m sh -c '\(Firewalld.enabling)' \(folder) > /dev/null").trial()
            #expect(trial.missing == [])
            expectDrops(trial, "ct state invalid drop")
            #expect(Set(trial.rules.keys.map(\.chain)) == ["filter_INPUT"])
        }
    }

    @Test("A packet's rules: the base chains by priority, the chains that rules jump to, and the policy that decides")
    func rules() throws {
        let filter = """
            nft -f - <<'END'
            table ip early { chain p { type filter hook prerouting priority raw; counter; }; }
            table inet filter {
                chain web { ct state new counter return; ct state invalid drop; }
                chain input { type filter hook input priority filter; policy drop; tcp dport 80 jump web; }
            }
            END
            """
        let director = try Director(filter)
        let web = try #require(director.services.first?.identity)
        let fin = try #require(try RuleWalk.walk(of: Probe(.tcp([.fin, .ack])), to: web, in: director.plan))
        #expect(fin.missing == [] && fin.walk.ctstate == .invalid)
        #expect(fin.walk.chains.map(\.name) == ["p", "input"])
        #expect(fin.walk.chains.map(\.hook) == [.preRouting, .localIn])
        #expect(fin.walk.chains.map(\.priority) == [-300, 0])
        let steps = fin.walk.chains[1].steps
        #expect(steps.map(\.chain) == ["input", "web"] && steps.map(\.verdict) == [.jump, .drop])
        #expect(steps.last?.text == .known(statement: "ct state invalid drop", hook: nil))
        #expect(!fin.walk.isReachable)
        let syn = try #require(try RuleWalk.walk(of: Probe(.tcp(.syn)), to: web, in: director.plan))
        let last = try #require(syn.walk.chains.last?.steps.last)
        #expect(last.handle == nil && last.verdict == .drop)
        if case .dropped(let rule) = syn.walk.end { #expect(rule.decision == .policy) } else { Issue.record("passed") }
    }

    @Test(
        "An ACK that is dropped as NEW behind a filter that lets SYNs pass: the rule, the ctstate, and that it is reachable"
    )
    func newACK() throws {
        let strict = "tcp flags & (fin | syn | rst | ack) != syn ct state new drop"
        let director = try Director(Self.trap(before: strict))
        let web = try #require(director.services.first?.identity)
        let ack = try #require(try RuleWalk.walk(of: Probe(.tcp(.ack)), to: web, in: director.plan))
        #expect(ack.walk.ctstate == .new && ack.walk.isReachable)
        guard case .dropped(let rule) = ack.walk.end else { throw Director.Failed(description: "\(ack.walk.end)") }
        #expect(!rule.isPolicy && rule.chain == "input")
    }

    @Test("Where routing takes nothing from far away, packets come from a network of the director's")
    func otherOrigin() throws {
        let network = Director.network + "\nip route add blackhole 198.51.100.77/32"
        let director = try Director(
            Self.trap(), settings: ["net.ipv4.conf.all.rp_filter": "1"], network: network)
        let trial = try director.trial()
        #expect(trial.services[0].origin.map { $0.address.description.hasPrefix("10.9.0.") } == true)
        expectDrops(trial, "ct state invalid drop")
    }

    @Test("A packet that routing drops is lost, and no rule is blamed; links that are down do not matter")
    func lost() throws {
        let down = (50..<54).map { "\nip link add down\($0) index \($0) type veth peer name far\($0)" }.joined()
        let plan = try Director(Self.trap(), network: Director.network + down).plan
        let source = try #require(Endpoint("10.9.0.1:4000"))
        let target = try #require(Endpoint("\(Director.vip):80"))
        let outcome = try Sandbox.run(plan) { sandbox throws(KernelError) in
            // A martian: routing drops what claims to come from the director itself.
            try sandbox.outcome(
                of: PacketBytes.tcp(2, from: source, to: target), by: 40)
        }
        #expect(outcome.end == .lost && outcome.ctstate == .new)
    }

    @Test("A service that nobody reaches proves nothing")
    func closed() throws {
        let director = try Director(
            "nft add table inet f '{ chain in { type filter hook input priority 0; policy drop; }; }'")
        let trial = try director.trial()
        #expect(trial.services.allSatisfy { !$0.isReachable && $0.outcomes.isEmpty })
        #expect(trial.doubt?.contains("dropped by inet f in") == true, "\(trial.doubt ?? "-")")
    }

    /// The only outcome of what opens connections.
    private func opening(_ filter: String, network: String = Director.network) throws -> Set<String> {
        let trial = try Director(filter, network: network).trial()
        #expect(trial.services.allSatisfy { !$0.isReachable })
        return Set(trial.services.compactMap(\.opening?.words))
    }

    @Test("Where the VIP is not local, as on a backup director, nothing is concluded from what FORWARD lets pass")
    func backup() throws {
        let network = Director.network.split(separator: "\n").filter { !$0.contains("dev lo") }.joined(separator: "\n")
        let forwards = "\nsysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1"
        let director = try Director(
            Self.trap(), settings: ["net.ipv4.ip_forward": "1", "net.ipv6.conf.all.forwarding": "1"],
            network: network + forwards)
        let trial = try director.trial()
        #expect(Set(trial.services.compactMap(\.opening?.words)) == ["NEW the service's address is not local here"])
        #expect(trial.doubt != nil)
    }

    @Test("A packet that a rule sends elsewhere, or gives to a program, is not taken for one that passed")
    func rewritten() throws {
        let redirect =
            "nft add table inet n '{ chain p { type nat hook prerouting priority -100; tcp dport 80 redirect to :8080; }; }'"
        let redirected = try opening(redirect)
        #expect(redirected == ["NEW a rule changed its destination"], "\(redirected)")
        let queue =
            "for i in iptables-nft ip6tables-nft; do $i -A INPUT -p tcp --dport 80 -j NFQUEUE --queue-num 7 --queue-bypass; done"
        #expect(try opening(queue) == ["NEW a program or a device takes it"])
    }

    @Test("Chains that no packet meets here are said to be missing")
    func beside() throws {
        let filter =
            Self.trap() + """

                nft add table netdev d '{ chain i { type filter hook ingress device "outside" priority 0; }; }'
                nft add table bridge b '{ chain i { type filter hook input priority 0; }; }'
                """
        let trial = try Director(filter).trial()
        #expect(Set(trial.missing.map(\.what)) == ["chain netdev d i", "chain bridge b i"])
        expectDrops(trial, "ct state invalid drop")
        #expect(trial.doubt != nil)
    }

    @Test("Nothing of it is seen outside, and nothing remains")
    func unseen() throws {
        let director = try Director(Self.trap())
        let (before, during, after) = try inFreshNamespace {
            func look() throws -> String { try Tool.run("ip -j link") + Tool.run("nft list ruleset") }
            let before = try look()
            let during = try Sandbox.run(director.plan) { _ in (try? look()) ?? "?" }
            return (before, during, try look())
        }
        #expect(before == after)
        #expect(during.contains("outside"))
        #expect(!before.contains("outside"))
    }

    @Test("A hundred services, with what each packet met")
    func many() throws {
        let director = try Director(Self.trap())
        let first = try #require(director.services.first)
        let services = (0..<100).map { _ in first }
        let clock = ContinuousClock()
        let start = clock.now
        let trial = try Trial(of: services, in: director.plan)
        let elapsed = clock.now - start
        #expect(trial.services.count == 100 && trial.services.allSatisfy { $0.outcomes.count == 12 })
        // On a slow machine with others at work.
        #expect(elapsed < .seconds(30), "\(elapsed)")
    }
}
