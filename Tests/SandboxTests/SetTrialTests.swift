import Addresses
import Conntrack
import Firewall
import Inspection
import Reports
import Sandbox
import TestSupport
import Testing

@Suite("A trial behind rules that use sets of ipset", .needsRoot, .needsTool("ipset"))
struct SetTrialTests {
    /// The VIPs are in sets, as ports are; the first set is removed again, so that the copy's indexes are others.
    private static let sets = """
        ipset create gone hash:ip
        ipset create vips hash:ip; ipset add vips \(Director.vip)
        ipset create vips6 hash:ip family inet6; ipset add vips6 \(Director.vip6)
        ipset create web bitmap:port range 0-1023; ipset add web 80
        ipset create other hash:net; ipset add other 203.0.113.0/24
        ipset create other6 hash:net family inet6; ipset add other6 2001:db8:ffff::/48
        ipset destroy gone
        """

    /// For both families, with a set of each.
    private static func both(_ program: String, _ rules: String) -> String {
        """
        for six in '' 6; do
            i=\(program.replacing("ip", with: "ip${six}", maxReplacements: 1))
            \(rules)
        done
        """
    }

    private static let ends: Set = ["FIN+ACK", "RST", "RST+ACK"]

    @Test("What a set decides is decided alike, and the rule is named", arguments: ["iptables-nft", "iptables-legacy"])
    func trap(_ program: String) throws {
        let rules = Self.both(
            program,
            """
            $i -A INPUT -m set --match-set other$six src -j DROP
            $i -A INPUT -m set --match-set vips$six dst -m conntrack --ctstate INVALID -j DROP
            $i -A INPUT -m set --match-set vips$six dst -p tcp -m set --match-set web dst -j ACCEPT
            $i -P INPUT DROP
            $i -A INPUT -m conntrack --ctstate ESTABLISHED -j ACCEPT
            """)
        let trial = try Director(Self.sets + "\n" + rules).trial()
        #expect(trial.missing == [] && !trial.lacksRules && trial.services.count == 2)
        for service in trial.services {
            #expect(service.opening?.words == "NEW LOCAL_IN", "\(service.lines)")
            let dropped = service.outcomes.filter { $0.outcome.droppingRule != nil }
            #expect(dropped.count == 10, "\(service.lines)")
            #expect(dropped.allSatisfy { $0.outcome.ctstate == .invalid })
            #expect(Self.ends.isSubset(of: dropped.map(\.probe.name)))
            let passed = service.outcomes.filter(\.outcome.hasPassed)
            #expect(passed.count == 2 && passed.allSatisfy { $0.outcome.ctstate == .new }, "\(service.lines)")
        }
        // One rule a family.
        let places = trial.rules.keys.map(\.description)
        #expect(places.count == 2, "\(places)")
        if program == "iptables-legacy" { #expect(places.allSatisfy { $0.hasSuffix("filter INPUT rule 2") }) }
    }

    @Test(
        "Without the VIPs in the set the same rules let everything pass",
        arguments: ["iptables-nft", "iptables-legacy"])
    func fixed(_ program: String) throws {
        let rules = Self.both(
            program, "$i -A INPUT -m set ! --match-set vips$six dst -m conntrack --ctstate INVALID -j DROP")
        let trial = try Director(Self.sets + "\n" + rules).trial()
        #expect(trial.services.count == 2 && trial.services.allSatisfy { $0.outcomes.allSatisfy(\.outcome.hasPassed) })
        #expect(trial.doubt == nil, "\(trial.doubt ?? "-")")
    }

    @Test(
        "Without one of the sets nothing is in order, and the set is named",
        arguments: ["iptables-nft", "iptables-legacy"])
    func missing(_ program: String) throws {
        let rules = Self.both(program, "$i -A INPUT -m set --match-set other$six src -j DROP")
        let director = try Director(Self.sets + "\n" + rules)
        var plan = director.plan
        guard case .copied(let ruleset, let tables, let sets) = plan.rules else {
            Issue.record("no copy")
            return
        }
        #expect(sets.map(\.name).sorted() == ["other", "other6"])
        plan.rules = .copied(ruleset, legacy: tables, sets: sets.filter { $0.name == "other" })
        let trial = try Trial(of: director.services, in: plan)
        #expect(trial.lacksRules && trial.missing.count == 1)
        #expect(trial.doubt?.contains("of ipset, which is not known") == true, "\(trial.doubt ?? "-")")
    }
}
