import Netlink
import TestSupport
import Testing

@testable import Firewall

@Suite("Tables of iptables-legacy, copied into another namespace", .needsRoot, .needsTool("iptables-legacy"))
struct LegacyCopyTests {
    /// What is listed where the tables were made and where they were copied, and what was not copied.
    private func listings(_ script: String, _ list: String) throws -> (made: [Substring], copy: [Substring], [String]) {
        func rules(_ text: String) -> [Substring] { text.split(separator: "\n").filter { !$0.hasPrefix("#") } }
        let (made, tables) = try inFreshNamespace {
            try LegacyRules.make(script)
            let listed = try Tool.run(list)
            return (listed, LegacyTable.all(in: LiveKernel()).tables)
        }
        let (copy, missing) = try inFreshNamespace {
            let missing = LegacyCopy(of: tables).missing
            return (try Tool.run(list), missing.map { "\($0.table): \($0.why)" })
        }
        return (rules(made), rules(copy), missing)
    }

    @Test("iptables-legacy-save prints the same of both", arguments: [false, true])
    func equal(isIPv6: Bool) throws {
        let list = isIPv6 ? "ip6tables-legacy-save" : "iptables-legacy-save"
        for table in isIPv6 ? ["filter"] : ["filter", "mangle", "nat", "raw"] {
            let (made, copy, missing) = try listings(
                isIPv6 ? LegacyRules.usual6 : LegacyRules.usual, "\(list) -t \(table)")
            #expect(missing == [])
            #expect(made == copy)
            #expect(made.contains { $0.hasPrefix("-A ") })
        }
    }

    @Test("The entries are those of the original, and it can be copied over another table")
    func again() throws {
        let tables = try LegacyRules.tables(LegacyRules.usual + "\n" + LegacyRules.usual6)
        #expect(tables.count == 5)
        let (copies, counted) = try inFreshNamespace {
            let copies = [LegacyCopy(of: tables), LegacyCopy(of: tables)]
            return (copies, try copies[1].counted(in: LiveKernel()))
        }
        #expect(copies.allSatisfy { $0.missing.isEmpty && $0.tables == tables })
        #expect(counted.map(\.places) == tables.map(\.places))
        #expect(counted.map(\.count) == tables.map(\.count))
    }

    @Test("A table that lets everything pass is not made")
    func idle() throws {
        let table = try LegacyRules.table("iptables-legacy -L")
        let (names, copy) = try inFreshNamespace {
            let copy = LegacyCopy(of: [table])
            return (try LiveKernel().text(of: KernelFile("proc/net/ip_tables_names")), copy)
        }
        #expect(names.isEmpty && copy.tables.isEmpty && copy.missing.isEmpty)
        let closed = try LegacyRules.table("iptables-legacy -P FORWARD DROP")
        #expect(table.passesAll && !closed.passesAll)
    }

    private func why(_ table: LegacyTable) throws -> String? {
        let copy = try inFreshNamespace { LegacyCopy(of: [table]) }
        #expect(copy.tables.isEmpty && copy.missing.count == 1)
        return copy.missing.first?.why.description
    }

    @Test("What the kernel does not have, and what acts beyond a namespace, is named")
    func refused() throws {
        let table = try LegacyRules.table("iptables-legacy -A INPUT -m comment --comment x -j REJECT")
        #expect(
            try why(table.replacing("comment\0", with: "coffee"))
                == "cannot copy it: the kernel lacks match coffee, revision 0")
        #expect(
            try why(table.replacing("REJECT\0", with: "REGRET"))
                == "cannot copy it: the kernel lacks target REGRET, revision 0")
        #expect(
            try why(table.replacing("comment\0", with: "set"))
                == "cannot copy it: it uses set 120 of ipset, which is not known")
        #expect(
            try why(table.replacing("REJECT\0", with: "LED"))
                == "cannot copy it: its target LED acts beyond a network namespace")
        #expect(
            try why(table.replacing("filter\0", with: "mine")) == "cannot copy it: no kernel has a table of this name")
    }

    @Test("Whatever a capture holds is copied or named, never a crash")
    func damaged() throws {
        let script =
            "iptables-legacy -N guard; iptables-legacy -A guard -p tcp -m tcp --dport 80 -j REJECT; iptables-legacy -A INPUT -j guard"
        let whole = try LegacyRules.table(script)
        let bytes = whole.bytes
        let counts = try inFreshNamespace {
            var (copied, named) = (0, 0)
            for place in bytes.indices {
                var changed = bytes
                changed[place] = place % 3 == 0 ? ~changed[place] : changed[place] &+ 1
                guard let table = try? LegacyTable(changed, .ip) else { continue }
                let copy = LegacyCopy(of: [table])
                copied += copy.tables.count
                named += copy.missing.count
                for chain in ["INPUT", "guard", "FORWARD"] {
                    _ = table.text(
                        of: DroppingRule(
                            family: .ip, table: "filter", chain: chain, decision: .legacyRule(number: 1)))
                }
                _ = whole.drop(since: table)
                _ = table.drop(since: whole)
            }
            return (copied, named)
        }
        #expect(counts.0 > 100 && counts.1 > 100, "\(counts)")
    }
}
