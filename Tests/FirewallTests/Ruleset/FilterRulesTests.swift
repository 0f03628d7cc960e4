import Netlink
import TestSupport
import Testing

@testable import Firewall

@Suite("The rules of two packet filters, compared", .needsRoot, .needsTool("nft"))
struct FilterRulesTests {
    private static func rules(_ commands: String) throws -> FilterRules {
        try rules(script: "nft -f - <<'END'\n\(commands)\nEND")
    }

    private static func rules(script: String) throws -> FilterRules {
        try inFreshNamespace {
            let outcome = try Tool.outcome(of: "/usr/bin/env", ["bash", "-ec", script])
            #expect(outcome.status == 0, "\(outcome.errors)")
            return FilterRules(try Ruleset(reading: LiveKernel()), [])
        }
    }

    private static func filter(_ rules: String..., policy: String = "accept") -> String {
        """
        table ip filter {
            chain input {
                type filter hook input priority filter; policy \(policy);
                \(rules.joined(separator: "\n"))
            }
        }
        """
    }

    private static func changes(_ before: String, _ after: String) throws -> [String] {
        try rules(before).changes(to: rules(after)).map {
            "\($0.kind.rawValue) \($0.chain.family) \($0.chain.table) \($0.chain.name): \($0.text)"
        }
    }

    @Test("A rule that is replaced is one removed and one added")
    func replaced() throws {
        let changes = try Self.changes(
            Self.filter("tcp dport 22 accept", "ct state invalid drop"),
            Self.filter("tcp dport 22 accept", "ct state invalid accept"))
        #expect(
            changes == [
                "removed ip filter input: ct state invalid drop", "added ip filter input: ct state invalid accept",
            ])
    }

    @Test("A rule that is met earlier has moved")
    func moved() throws {
        let (ssh, invalid, web) = ("tcp dport 22 accept", "ct state invalid drop", "tcp dport 80 accept")
        let changes = try Self.changes(Self.filter(ssh, web, invalid), Self.filter(invalid, ssh, web))
        #expect(changes == ["moved ip filter input: ct state invalid drop"])
    }

    @Test("A rule that is there twice is one more; counters, comments and sets that say the same are no difference")
    func same() throws {
        let one = Self.filter("tcp dport { 80, 443 } counter accept comment \"web\"", "udp dport 53 accept")
        let other = Self.filter("tcp dport { 443, 80 } counter packets 7 bytes 9 accept", "udp dport 53 accept")
        #expect(try Self.changes(one, other).isEmpty)
        let twice = Self.filter("tcp dport { 443, 80 } accept", "udp dport 53 accept", "udp dport 53 accept")
        #expect(
            try Self.changes(Self.filter("tcp dport { 443, 80 } accept", "udp dport 53 accept"), twice)
                == ["added ip filter input: udp dport 53 accept"])
    }

    @Test("Another element of a set without a name is another rule")
    func sets() throws {
        let changes = try Self.changes(
            Self.filter("tcp dport { 80, 443 } accept"), Self.filter("tcp dport { 80, 8443 } accept"))
        #expect(changes.count == 2 && changes[0].hasPrefix("removed") && changes[1].hasPrefix("added"))
    }

    @Test("Policies and chains")
    func policies() throws {
        #expect(
            try Self.changes(Self.filter(), Self.filter(policy: "drop")) == [
                "removed ip filter input: hook input priority 0; policy accept",
                "added ip filter input: hook input priority 0; policy drop",
            ])
        #expect(
            try Self.changes("", Self.filter("drop")) == [
                "added ip filter input: hook input priority 0; policy accept", "added ip filter input: drop",
            ])
    }

    @Test("Our own tables are none of the packet filter")
    func own() throws {
        #expect(try Self.changes("", "table ip ct-inspect-1-2 { chain input { drop; }; }").isEmpty)
    }

    @Test("Thousands of rules in another order, with as many that are new or gone", .timeLimit(.minutes(5)))
    func many() throws {
        func rules(_ ports: String) throws -> FilterRules {
            try Self.rules(
                script: """
                    { echo 'add table ip filter; add chain ip filter input'
                    for port in $(seq \(ports)); do echo "add rule ip filter input tcp dport $port accept"; done; } | nft -f -
                    """)
        }
        let changes = try rules("1 3000").changes(to: rules("5000 -1 2001"))
        #expect(changes.count { $0.kind == .removed } == 2000 && changes.count { $0.kind == .added } == 2000)
        // Of those that both have, one is in its place.
        #expect(changes.count { $0.kind == .moved } == 999)
    }
}

@Suite("The rules of iptables-legacy, compared", .needsRoot, .needsTool("iptables-legacy"))
struct LegacyFilterRulesTests {
    private static func rules(_ script: String) throws -> FilterRules {
        FilterRules(Ruleset(), try LegacyRules.tables(script))
    }

    private static func changes(_ before: String, _ after: String) throws -> [String] {
        try rules(before).changes(to: rules(after)).map { "\($0.kind.rawValue) \($0.chain.name): \($0.text)" }
    }

    @Test("Statements are those of iptables-legacy -S, without what ends a chain", arguments: [false, true])
    func statements(isIPv6: Bool) throws {
        let program = isIPv6 ? "ip6tables-legacy" : "iptables-legacy"
        try inFreshNamespace {
            try LegacyRules.make(isIPv6 ? LegacyRules.usual6 : LegacyRules.usual)
            let listed = try Tool.run("\(program) -S").split(separator: "\n").map(String.init)
            let table = try #require(LegacyTable.all(in: LiveKernel()).tables.first { $0.name == "filter" })
            let known = listed.filter { !$0.hasPrefix("-N") }.map {
                $0.replacing(" --set --name seen --mask 255.255.255.255 --rsource", with: "")
                    .replacing(" --limit 5/min", with: "")
            }
            #expect(table.statements.map(\.text).sorted() == known.sorted())
        }
    }

    @Test("A rule that is another, one that moved, a policy, and parameters that have no words here")
    func changed() throws {
        let same = try Self.changes(
            LegacyRules.usual, LegacyRules.usual.replacing("from nobody", with: "of no connection"))
        #expect(same.isEmpty, "\(same)")
        let other = LegacyRules.usual.replacing(":FORWARD DROP", with: ":FORWARD ACCEPT")
            .replacing("--limit 5/min", with: "--limit 6/min").replacing("--dport 53 -j CT", with: "--dport 54 -j CT")
        #expect(
            try Self.changes(LegacyRules.usual, other) == [
                "removed FORWARD: -P FORWARD DROP", "added FORWARD: -P FORWARD ACCEPT",
                "removed guard: -A guard -m limit -j later", "added guard: -A guard -m limit -j later",
                "removed PREROUTING: -A PREROUTING -p udp -m udp --dport 53 -j CT",
                "added PREROUTING: -A PREROUTING -p udp -m udp --dport 54 -j CT",
            ])
        let web = "-A INPUT -p tcp -m multiport --dports 80,443,8000:8010 -j ACCEPT\n"
        let first = LegacyRules.usual.replacing(web, with: "").replacing("-A INPUT -i lo", with: "\(web)-A INPUT -i lo")
        #expect(try Self.changes(LegacyRules.usual, first) == ["moved INPUT: \(web.dropLast())"])
    }
}
