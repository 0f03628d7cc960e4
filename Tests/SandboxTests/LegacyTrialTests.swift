import Addresses
import Conntrack
import Firewall
import IPVS
import Inspection
import Netlink
import Packets
import Reports
import Sandbox
import TestSupport
import Testing

@Suite("A trial behind iptables-legacy", .needsRoot, .needsTool("iptables-legacy"))
struct LegacyTrialTests {
    /// The same for both families.
    private func both(_ rules: String...) -> String {
        rules.map { "for i in iptables-legacy ip6tables-legacy; do $i \($0); done" }.joined(separator: "\n")
    }

    private static let program = [IPAddress.Family.ipv4: "iptables-legacy", .ipv6: "ip6tables-legacy"]
    private static let ends: Set = ["FIN+ACK", "RST", "RST+ACK"]

    /// That FINs, RSTs and errors are dropped as INVALID in one place, which has this text, and nothing else is.
    private func expectTrap(_ filter: String, _ place: String, _ text: String) throws {
        let trial = try Director(filter).trial()
        #expect(trial.missing == [] && !trial.lacksRules && trial.services.count == 2)
        for service in trial.services {
            #expect(service.opening?.words == "NEW LOCAL_IN", "\(service.lines)")
            let dropped = service.outcomes.filter { $0.outcome.droppingRule != nil }
            #expect(dropped.count == 10, "\(service.lines)")
            #expect(dropped.allSatisfy { $0.outcome.ctstate == .invalid })
            let passed = service.outcomes.filter(\.outcome.hasPassed)
            #expect(passed.count == 2 && passed.allSatisfy { $0.outcome.ctstate == .new }, "\(service.lines)")
            let program = try #require(Self.program[service.service.family])
            let places = Set(dropped.compactMap(\.outcome.droppingRule?.description))
            #expect(places == ["\(program) \(place)"])
        }
        let texts = trial.rules.values.map { if case .known(let text, _) = $0 { text } else { "?" } }
        #expect(Set(texts) == [text])
    }

    private static let invalid = "-m conntrack --ctstate INVALID"

    @Test("The rule that drops INVALID is named, with its number and text")
    func rule() throws {
        try expectTrap(
            both(
                "-P INPUT DROP", "-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT",
                "-A INPUT \(Self.invalid) -j DROP", "-A INPUT -i outside -p tcp --dport 80 -j ACCEPT"),
            "filter INPUT rule 2", "-A INPUT \(Self.invalid) -j DROP")
    }

    @Test("So is a rule of a user chain, a REJECT, and what drops before routing")
    func elsewhere() throws {
        try expectTrap(
            both("-N guard", "-A INPUT -j guard", "-A guard -i lo -j ACCEPT", "-A guard \(Self.invalid) -j DROP"),
            "filter guard rule 2", "-A guard \(Self.invalid) -j DROP")
        try expectTrap(
            both("-t mangle -A PREROUTING \(Self.invalid) -j DROP"),
            "mangle PREROUTING rule 1", "-A PREROUTING \(Self.invalid) -j DROP")
        let reject = try Director("iptables-legacy -A INPUT \(Self.invalid) -j REJECT").trial()
        let words = reject.services[0].outcomes.map(\.outcome.words).filter { $0.hasPrefix("INVALID") }
        #expect(Set(words) == ["INVALID dropped iptables-legacy filter INPUT rule 1"])
    }

    @Test("A policy is named where no rule accepted the packet")
    func policy() throws {
        try expectTrap(
            both("-P INPUT DROP", "-A INPUT -p tcp --dport 80 -m conntrack --ctstate NEW -j ACCEPT"),
            "filter INPUT", "-P INPUT DROP")
    }

    @Test("What opens a connection and is dropped is said to be dropped, and proves nothing")
    func closed() throws {
        let trial = try Director(both("-A INPUT -p tcp --dport 80 -j DROP")).trial()
        #expect(trial.services.allSatisfy { !$0.isReachable })
        #expect(
            trial.doubt?.contains("dropped by iptables-legacy filter INPUT rule 1") == true, "\(trial.doubt ?? "-")")
    }

    @Test("With the article's fix everything passes")
    func fixed() throws {
        let trial = try Director(
            both(
                "-A INPUT \(Self.invalid) -p tcp --dport 80 -j ACCEPT", "-A INPUT \(Self.invalid) -p icmp -j ACCEPT",
                "-A INPUT \(Self.invalid) -p ipv6-icmp -j ACCEPT", "-A INPUT \(Self.invalid) -j DROP")
        ).trial()
        #expect(trial.services.allSatisfy { $0.outcomes.allSatisfy(\.outcome.hasPassed) })
        #expect(trial.doubt == nil, "\(trial.doubt ?? "-")")
    }

    @Test("Beside nf_tables each rule is blamed for what it drops", .needsTool("nft"))
    func beside() throws {
        let filter = """
            nft add table inet f
            nft 'add chain inet f in { type filter hook input priority -10; }'
            nft add rule inet f in ct state invalid meta l4proto tcp drop
            iptables-legacy -A INPUT \(Self.invalid) -j DROP
            """
        let outcomes = try Director(filter).trial().services[0].outcomes
        for (probe, outcome) in outcomes where outcome.ctstate == .invalid {
            let place = outcome.droppingRule?.description ?? "-"
            let isEnd = Self.ends.contains(probe.name)
            #expect(isEnd ? place.hasPrefix("inet f in handle ") : place == "iptables-legacy filter INPUT rule 1")
        }
    }

    @Test("A packet that neither drops is lost")
    func lost() throws {
        let plan = try Director(both("-A INPUT \(Self.invalid) -j DROP")).plan
        let source = try #require(Endpoint("10.9.0.1:4000"))
        let target = try #require(Endpoint("\(Director.vip):80"))
        let outcome = try Sandbox.run(plan) { sandbox throws(KernelError) in
            // A martian: routing drops what claims to come from the director itself.
            try sandbox.outcome(of: PacketBytes.tcp(2, from: source, to: target), by: 40)
        }
        #expect(outcome.end == .lost && outcome.ctstate == .new)
    }

    @Test("Without one of its tables no drop is claimed, and nothing is in order")
    func missing() throws {
        var plan = try Director(both("-A INPUT \(Self.invalid) -j DROP", "-t mangle -A INPUT -j MARK --set-mark 1"))
            .plan
        let tables = try plan.rules.legacyTables.map { table in
            guard table.name == "mangle", table.family == .ip else { return table }
            var bytes = table.bytes
            let name = Array("MARK".utf8)
            let place = try #require((0..<bytes.count - 4).first { Array(bytes[$0..<$0 + 4]) == name })
            bytes[place] = UInt8(ascii: "B")
            return try LegacyTable(bytes, table.family)
        }
        plan.rules = .copied(plan.rules.ruleset, legacy: tables, sets: [])
        let trial = try Trial(of: try Director("true").services, in: plan)
        #expect(trial.lacksRules && trial.doubt?.contains("the kernel lacks target BARK") == true)
        #expect(trial.missing.map(\.what) == ["table mangle of iptables-legacy"])
    }
}
