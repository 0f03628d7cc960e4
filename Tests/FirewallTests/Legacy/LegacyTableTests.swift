import Foundation
import Netlink
import TestSupport
import Testing

@testable import Firewall

@Suite("Tables of iptables-legacy, read", .needsRoot, .needsTool("iptables-legacy"))
struct LegacyTableTests {
    private static let commands = [
        "iptables-legacy -N guard", "iptables-legacy -N empty",
        "iptables-legacy -A INPUT -p tcp --dport 22 -j ACCEPT", "iptables-legacy -A INPUT -j guard",
        "iptables-legacy -A guard -s 192.0.2.0/24 -j DROP", "iptables-legacy -P FORWARD DROP",
        "iptables-legacy -t nat -A PREROUTING -p tcp --dport 80 -j REDIRECT --to-ports 8080",
        "ip6tables-legacy -N six", "ip6tables-legacy -A six -p udp --dport 53 -j ACCEPT",
    ]

    private func inNamespace<Value>(
        _ commands: [String] = commands, _ body: @escaping () throws -> Value
    ) throws -> Value {
        try inFreshNamespace {
            for command in commands { try Tool.run(command) }
            return try body()
        }
    }

    /// Chains and rules as iptables-legacy lists them.
    private static func listed(_ command: String) throws -> (chains: [String], rules: Int) {
        let lines = try Tool.run("\(command) -S").split(separator: "\n")
        let chains = lines.filter { $0.hasPrefix("-N ") }.map { String($0.dropFirst(3)) }
        return (chains, lines.count { $0.hasPrefix("-A ") })
    }

    @Test("They have the chains and as many rules as iptables-legacy lists")
    func live() throws {
        let (found, listed) = try inNamespace {
            let found = LegacyTable.all(in: LiveKernel())
            let listed = try ["iptables-legacy", "iptables-legacy -t nat", "ip6tables-legacy"].map(Self.listed)
            return (found, listed)
        }
        #expect(found.failures.isEmpty)
        let tables = [("filter", TableFamily.ip), ("nat", .ip), ("filter", .ip6)].map { name, family in
            found.tables.first { $0.name == name && $0.family == family }
        }
        #expect(found.tables.count == 3)
        #expect(tables.map { $0?.chains.sorted() } == listed.map(\.chains).map { $0.sorted() })
        #expect(tables.map { $0?.rules } == listed.map(\.rules))
        #expect(tables.map { $0?.rules } == [3, 1, 1])
        // INPUT, FORWARD, OUTPUT; nat has all but FORWARD.
        #expect(tables.map { $0?.hooks } == [0b01110, 0b11011, 0b01110])
    }

    @Test("An empty namespace has none, and asking makes none")
    func empty() throws {
        let (found, names) = try inFreshNamespace {
            let found = LegacyTable.all(in: LiveKernel())
            return (found, try LiveKernel().text(of: KernelFile("proc/net/ip_tables_names")))
        }
        #expect(found.tables.isEmpty && found.failures.isEmpty && names.isEmpty)
    }

    @Test("A capture has the same; so does a second one of the capture")
    func captured() throws {
        try inNamespace {
            try inTemporaryFolder { folder in
                let recording = try RecordingKernel(LiveKernel(), into: folder + "/lb1", tool: "test")
                let live = LegacyTable.all(in: recording)
                try recording.finish()
                let again = try RecordingKernel(
                    try CapturedKernel(folder + "/lb1"), into: folder + "/lb2", tool: "test")
                let captured = LegacyTable.all(in: again)
                try again.finish()
                #expect(captured.tables == live.tables && captured.failures.isEmpty)
                #expect(try files(below: folder + "/lb2").contains("sockopt/ip6/filter"))
            }
        }
    }

    @Test("A table that is changed all the time is whole each time it is read")
    func changing() throws {
        try inNamespace(["iptables-legacy -N guard"]) {
            try inTemporaryFolder { folder in
                let rules = (0..<2000).map { "-A INPUT -s 10.0.\($0 / 250).\($0 % 250) -j guard" }
                let text = (["*filter", ":INPUT ACCEPT", ":guard -"] + rules + ["COMMIT", ""]).joined(separator: "\n")
                try Data(text.utf8).write(to: URL(fileURLWithPath: folder + "/rules"))
                let few = "*filter\n:INPUT ACCEPT\n:guard -\n-A guard -j DROP\nCOMMIT\n"
                try Data(few.utf8).write(to: URL(fileURLWithPath: folder + "/few"))
                // Until the folder is gone: with a sanitizer, each reading takes long.
                let restore =
                    "while [ -e $0/few -a $SECONDS -lt 90 ]; do iptables-legacy-restore <$0/rules; iptables-legacy-restore <$0/few; done"
                try Tool.run("true")
                _ = try Tool.outcome(of: "/bin/bash", ["-c", "(\(restore)) >/dev/null 2>&1 &", folder])
                var (reads, counts): (Int, Set<Int>) = (0, [])
                let deadline = Date.now + 60
                while reads < 20 || !counts.isSuperset(of: [1, 2000]), Date.now < deadline {
                    let found = LegacyTable.all(in: LiveKernel())
                    if let failure = found.failures.first { throw failure }
                    if let table = found.tables.first { counts.insert(table.rules) }
                    reads += 1
                }
                #expect(counts.isSubset(of: [0, 1, 2000]) && counts.isSuperset(of: [1, 2000]))
            }
        }
    }

    @Test("A damaged table is an error or a table, never a crash; a cut or longer one is an error")
    func damaged() throws {
        let bytes = try inNamespace {
            try LiveKernel().bytes(of: KernelFile("sockopt/ip/filter"), atMost: LegacyTableFile.most)
        }
        #expect(try LegacyTable(bytes, .ip).rules == 3)
        for count in 0..<bytes.count {
            #expect(throws: DecodeError.self) { try LegacyTable(Array(bytes.prefix(count)), .ip) }
        }
        #expect(throws: DecodeError.self) { try LegacyTable(bytes + [0], .ip) }
        #expect(throws: DecodeError.self) { try LegacyTable(bytes, .ip6) }
        var refused = 0
        for place in bytes.indices {
            for value: UInt8 in [0, 1, 0x7F, 0xFF] {
                var changed = bytes
                changed[place] = value
                do { _ = try LegacyTable(changed, .ip) } catch { refused += 1 }
            }
        }
        #expect(refused > 100)
    }

    @Test("Their user chains tell who made them, beside those of nf_tables")
    func managers() throws {
        let samples: [([String], [FirewallManager])] = [
            (["-N DOCKER", "-A FORWARD -j DOCKER"], [.docker, .iptablesLegacy]),
            (["-N ufw-before-input"], [.ufw, .iptablesLegacy]),
            (["-N in_internet", "-N out_internet"], [.firehol, .iptablesLegacy]),
            (["-N in_internet", "-N out_lan"], [.iptablesLegacy]),
            (["-N net-fw", "-N logdrop", "-N dynamic"], [.iptablesLegacy]),
            (["-N net-fw", "-N shorewall"], [.shorewall, .iptablesLegacy]),
            (["-N LOCALINPUT", "-N DENYIN", "-N ALLOWIN"], [.csf, .iptablesLegacy]),
            (["-A INPUT -j ACCEPT"], [.iptablesLegacy]),
            (["-L"], []),
        ]
        for (commands, managers) in samples {
            let found = try inNamespace(commands.map { "iptables-legacy " + $0 }) { LegacyTable.all(in: LiveKernel()) }
            #expect(found.tables.count == 1, "\(commands)")
            #expect(Ruleset().managers(beside: found.tables) == managers, "\(commands)")
        }
    }
}
