import Netlink
import TestSupport
import Testing

@testable import Firewall

@Suite("Texts and drops of iptables-legacy's rules", .needsRoot, .needsTool("iptables-legacy"))
struct LegacyRuleTextTests {
    /// By chain, in order, as iptables-legacy prints them.
    private func listed(_ script: String, _ program: String) throws -> (LegacyTable, [String: [String]]) {
        try inFreshNamespace {
            try LegacyRules.make(script)
            var chains: [String: [String]] = [:]
            for line in try Tool.run("\(program) -S").split(separator: "\n").map(String.init) {
                let words = line.split(separator: " ")
                if words[0] == "-A" { chains[String(words[1]), default: []].append(line) }
            }
            let table = LegacyTable.all(in: LiveKernel()).tables.first { $0.name == "filter" }
            guard let table else { throw LegacyRules.Failed(description: "no table filter") }
            return (table, chains)
        }
    }

    /// Without options of modules that only iptables knows.
    private func known(_ line: String) -> String {
        line.replacing(" --set --name seen --mask 255.255.255.255 --rsource", with: "")
            .replacing(" --limit 5/min", with: "")
    }

    @Test("They are iptables-legacy's own, and so are their numbers", arguments: [false, true])
    func texts(isIPv6: Bool) throws {
        let (table, chains) = try listed(
            isIPv6 ? LegacyRules.usual6 : LegacyRules.usual, isIPv6 ? "ip6tables-legacy" : "iptables-legacy")
        #expect(chains.count == (isIPv6 ? 3 : 4))
        for (chain, rules) in chains {
            for (place, rule) in rules.enumerated() {
                let wanted = DroppingRule(
                    family: isIPv6 ? .ip6 : .ip, table: "filter", chain: chain,
                    decision: .legacyRule(number: place + 1))
                #expect(table.text(of: wanted)?.statement == known(rule))
            }
            let beyond = DroppingRule(
                family: isIPv6 ? .ip6 : .ip, table: "filter", chain: chain,
                decision: .legacyRule(number: rules.count + 1))
            #expect(table.text(of: beyond)?.statement.hasPrefix("-A \(chain) -j RETURN") ?? true)
        }
        let policy = DroppingRule(family: table.family, table: "filter", chain: "INPUT", decision: .legacyPolicy)
        #expect(table.text(of: policy) == .known(statement: "-P INPUT DROP", hook: "input"))
        #expect(policy.description == "\(isIPv6 ? "ip6tables" : "iptables")-legacy filter INPUT")
    }

    /// The table after a packet that matched these rules, a chain and a number each; number 0 is the chain's end.
    private func after(_ matched: [(String, Int)], _ table: LegacyTable) throws -> LegacyTable {
        let chains = LegacyChains(of: table)
        var bytes = table.bytes
        for (chain, number) in matched {
            let entry = table.places.last { entry in
                chains.place(of: entry).map { $0.chain == chain && (number == 0 || $0.number == number) } ?? false
            }
            let start = LegacyTableFile.infoSize + (try #require(entry?.start)) + 96
            bytes[start] += 1
        }
        return try LegacyTable(bytes, table.family)
    }

    @Test("The way of a packet is told by what it matched: through jumps, returns and gotos")
    func drops() throws {
        let table = try LegacyRules.table(
            """
            iptables-legacy-restore <<'END'
            *filter
            :INPUT DROP
            :guard -
            :later -
            -A INPUT -j guard
            -A INPUT -p tcp -g later
            -A INPUT -j LOG
            -A INPUT -j REJECT
            -A INPUT -j ACCEPT
            -A guard -s 192.0.2.0/24 -j later
            -A guard -j RETURN
            -A later -p tcp -j DROP
            -A later -j LOG
            COMMIT
            END
            """)
        func drop(_ matched: (String, Int)...) throws -> String? {
            try after(matched, table).drop(since: table)?.description
        }
        #expect(
            try drop(("INPUT", 1), ("guard", 1), ("later", 1)) == "iptables-legacy filter later rule 1")
        #expect(
            try drop(("INPUT", 1), ("guard", 2), ("INPUT", 2), ("later", 1)) == "iptables-legacy filter later rule 1")
        // A goto does not come back: the end of its chain is that of the base chain.
        #expect(
            try drop(("INPUT", 1), ("guard", 2), ("INPUT", 2), ("later", 2), ("later", 0), ("INPUT", 0))
                == "iptables-legacy filter INPUT")
        // What a chain twice called matched twice.
        #expect(
            try drop(
                ("INPUT", 1), ("guard", 1), ("later", 2), ("later", 0), ("guard", 2), ("INPUT", 2), ("later", 2),
                ("later", 0), ("INPUT", 0)) == "iptables-legacy filter INPUT")
        #expect(
            try drop(("INPUT", 1), ("guard", 2), ("INPUT", 3), ("INPUT", 4)) == "iptables-legacy filter INPUT rule 4")
        // Accepted, or gone after a target that does not say what it did; nothing.
        #expect(try drop(("INPUT", 1), ("guard", 2), ("INPUT", 5)) == nil)
        #expect(try drop(("INPUT", 1), ("guard", 2), ("INPUT", 3)) == nil)
        #expect(try drop() == nil)
    }
}

extension RuleText {
    fileprivate var statement: String {
        switch self {
        case .known(let statement, _): statement
        case .unknown(let why): "unknown: \(why)"
        }
    }
}
