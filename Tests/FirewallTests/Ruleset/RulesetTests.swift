import Addresses
import Foundation
import Netlink
import TestSupport
import Testing

@testable import Firewall

@Suite("Reading the rules of nf_tables")
struct RulesetTests {
    /// Of every kind of object but flow tables, for which kernels need a module; an anonymous set and a verdict map among the sets.
    private static let commands = """
        add table inet guard
        add set inet guard blocked { type ipv4_addr; flags interval; elements = { 192.0.2.0/24, 198.51.100.1-198.51.100.9 }; }
        add map inet guard ports { type inet_service : verdict; elements = { 22 : accept, 23 : drop }; }
        add counter inet guard seen
        add chain inet guard helpers
        add chain inet guard input { type filter hook input priority 0; policy drop; }
        add rule inet guard input ct state { established, related } accept
        add rule inet guard input ip saddr @blocked counter name seen drop comment "reported"
        add rule inet guard input tcp dport vmap @ports
        add rule inet guard input jump helpers
        add table ip6 other
        """

    private func inNamespace(_ commands: String, _ body: @escaping () throws -> Void) throws {
        try inFreshNamespace {
            try Tool.run("ip link set lo up")
            try inTemporaryFolder { folder in
                try Data(commands.utf8).write(to: URL(fileURLWithPath: folder + "/rules"))
                try Tool.run("nft -f \(folder)/rules")
            }
            try body()
        }
    }

    /// What nft(8) lists: how many objects of each kind, and their names.
    private func listed(_ word: String) throws -> [String] {
        let json = try JSONSerialization.jsonObject(with: Data(try Tool.run("nft -j list ruleset").utf8))
        let objects = (json as? [String: Any])?["nftables"] as? [[String: [String: Any]]] ?? []
        let keys = ["family", "table", word == "rule" ? "chain" : "name"]
        return objects.compactMap { $0[word] }.map { object in
            keys.compactMap { object[$0] as? String }.joined(separator: " ")
        }
    }

    private func names(_ ruleset: Ruleset, _ kinds: RulesetObject.Kind...) -> [String] {
        kinds.flatMap { ruleset[$0] }.map {
            $0.kind == .table ? "\($0.family) \($0.name)" : "\($0.family) \($0.table) \($0.name)"
        }
    }

    @Test("It has all that nft lists, in its order", .needsRoot, .needsTool("nft"))
    func all() throws {
        try inNamespace(Self.commands) {
            let ruleset = try Ruleset(reading: LiveKernel())
            #expect(ruleset.isWhole)
            #expect(try names(ruleset, .table) == listed("table"))
            #expect(try names(ruleset, .chain).sorted() == listed("chain").sorted())
            #expect(try names(ruleset, .rule) == listed("rule"))
            #expect(try names(ruleset, .object) == listed("counter"))
            // nft shows the anonymous set of `ct state` only within its rule.
            let named = ruleset[.set].filter { !$0.name.hasPrefix("__") }
            #expect(named.map(\.name).sorted() == ["blocked", "ports"])
            #expect(ruleset[.set].count == 3)
            #expect(Set(ruleset[.elements].map(\.name)) == Set(ruleset[.set].map(\.name)))
        }
    }

    @Test("Ten thousand rules and a hundred sets are read whole", .needsRoot, .needsTool("nft"))
    func large() throws {
        var commands = "add table ip big\nadd chain ip big input\n"
        for set in 0..<100 {
            let elements = (0..<100).map { "10.\(set).0.\($0)" }.joined(separator: ", ")
            commands += "add set ip big s\(set) { type ipv4_addr; elements = { \(elements) }; }\n"
        }
        for rule in 0..<10_000 {
            commands += "add rule ip big input ip saddr @s\(rule % 100) tcp dport \(rule + 1) drop\n"
        }
        try inNamespace(commands) {
            let ruleset = try Ruleset(reading: LiveKernel())
            #expect(ruleset.isWhole && ruleset[.rule].count == 10_000 && ruleset[.set].count == 100)
            #expect(Set(ruleset[.elements].map(\.name)).count == 100)
            #expect(Set(ruleset[.rule].compactMap { $0.payload(3) }).count == 10_000)
        }
    }

    @Test(
        "Observations can be left out, of this process or another; a table of such a name that is nobody's stays",
        .needsRoot, .needsTool("nft"))
    func observations() throws {
        try inNamespace(Self.commands + "\nadd table ip ct-inspect-1-a\nadd chain ip ct-inspect-1-a own") {
            let kernel = LiveKernel()
            let before = try Ruleset(reading: kernel)
            #expect(before.withoutObservations == before)
            var targets = ObservationTargets()
            targets.entering = [.port(.tcp, Endpoint(try #require(IPAddress("10.0.0.100")), 80))]
            let name = ObservationTable.freshName(program: 1)
            let table = try ObservationTable(of: targets, name: name, in: kernel)
            let during = try Ruleset(reading: kernel)
            #expect(during[.rule].count > before[.rule].count)
            let without = during.withoutObservations
            for kind in RulesetObject.Kind.allCases { #expect(without[kind] == before[kind]) }
            #expect(during.ownedTables == before.ownedTables)
            withExtendedLifetime(table) {}
        }
    }

    @Test("A capture has the same", .needsRoot, .needsTool("nft"))
    func captured() throws {
        try inNamespace(Self.commands) {
            try inTemporaryFolder { folder in
                let recording = try RecordingKernel(LiveKernel(), into: folder + "/lb1", tool: "test")
                let ruleset = try Ruleset(reading: recording)
                try recording.finish()
                let captured = try Ruleset(reading: try CapturedKernel(folder + "/lb1"))
                #expect(captured == ruleset)
                #expect(ruleset[.rule].count == 4)
            }
        }
    }

    @Test("An empty namespace has an empty ruleset", .needsRoot)
    func empty() throws {
        let ruleset = try inFreshNamespace { try Ruleset(reading: LiveKernel()) }
        #expect(ruleset == Ruleset())
    }

    @Test("Who manages it is known by the names of tables and chains", .needsRoot, .needsTool("nft"))
    func managers() throws {
        let samples: [(String, [FirewallManager])] = [
            ("add table inet filter\nadd chain inet filter input", [.nft]),
            ("add table ip filter\nadd chain ip filter INPUT", [.iptables]),
            (
                "add table ip filter\nadd chain ip filter INPUT\nadd chain ip filter ufw-before-input",
                [.ufw, .iptables]
            ),
            ("add table ip6 filter\nadd chain ip6 filter ufw6-before-input", [.ufw]),
            ("add table inet firewalld\nadd chain inet firewalld filter_INPUT", [.firewalld]),
            ("add table ip nat\nadd chain ip nat DOCKER\nadd chain ip nat PREROUTING", [.docker, .iptables]),
            ("add table ip docker-bridges", [.docker]),
            ("add table ip nat\nadd chain ip nat KUBE-SERVICES", [.kubeProxy]),
            ("add table ip filter\nadd chain ip filter KUBE-FIREWALL\nadd chain ip filter INPUT", [.iptables]),
            ("add table ip filter\nadd chain ip filter cali-INPUT", [.calico]),
            (
                "add table ip filter\nadd chain ip filter INPUT\nadd chain ip filter in_wan\nadd chain ip filter out_wan",
                [.firehol, .iptables]
            ),
            ("add table ip filter\nadd chain ip filter shorewall\nadd chain ip filter INPUT", [.shorewall, .iptables]),
            (
                "add table ip filter\nadd chain ip filter INPUT\nadd chain ip filter LOCALINPUT\nadd chain ip filter DENYIN",
                [.csf, .iptables]
            ),
            ("add table ip keepalived_ipvs\nadd table inet mine", [.keepalived, .nft]),
        ]
        for (commands, managers) in samples {
            try inNamespace(commands) {
                let ruleset = try Ruleset(reading: LiveKernel())
                #expect(ruleset.managers == managers, "\(commands)")
            }
        }
    }

    // MARK: Answers of our own

    private typealias Answers = TrackingAnswers

    /// A NEWGEN with this generation, and the acknowledgement.
    private static func generation(_ number: UInt8) -> [[UInt8]] {
        let header: [UInt8] = [28, 0, 0, 0, 15, 10, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
        let message = header + [8, 0, 1, 0, 0, 0, 0, number]
        let acknowledgement: [UInt8] = [36, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0] + [UInt8](repeating: 0, count: 24)
        return [message, acknowledgement]
    }

    /// Of one attempt; all lists are empty but that of rules.
    private static func answers(from before: UInt8, to after: UInt8, _ rules: [[UInt8]]) -> [[[UInt8]]] {
        let lists = Array(repeating: [Answers.done], count: 5) + [rules + [Answers.done]]
        return [generation(before)] + lists + [generation(after)]
    }

    @Test("What changes while it is read is read again; if it keeps changing, that is said")
    func changing() throws {
        let changed = Self.answers(from: 1, to: 2, [])
        let unchanged = Self.answers(from: 2, to: 2, [Answers.bridgeRule])
        let ruleset = try Ruleset(reading: ScriptedKernel(answers: changed + unchanged))
        #expect(ruleset.isWhole && ruleset[.rule].count == 1)
        let always = (0..<5).flatMap { Self.answers(from: $0, to: $0 + 1, []) }
        let last = try Ruleset(reading: ScriptedKernel(answers: always))
        #expect(!last.isWhole)
    }

    @Test("A set that is gone before its elements are read, and an interrupted list, make it read again")
    func gone() throws {
        var noSuchSet = Answers.noSuchSubsystem
        noSuchSet.replaceSubrange(16..<20, with: [0xFE, 0xFF, 0xFF, 0xFF])
        var withSet = Self.answers(from: 1, to: 1, [])
        withSet[4] = [Answers.countingSet, Answers.done]
        withSet[withSet.count - 1] = [noSuchSet]
        var interrupted = Self.answers(from: 1, to: 1, [Answers.bridgeRule])
        interrupted[6][0][6] |= 0x10
        let calm = Self.answers(from: 2, to: 2, [Answers.bridgeRule])
        for disturbed in [withSet, interrupted.dropLast()] {
            let kernel = ScriptedKernel(answers: disturbed + calm)
            let ruleset = try Ruleset(reading: kernel)
            #expect(ruleset.isWhole && ruleset[.rule].count == 1 && ruleset[.set].isEmpty)
        }
    }

    @Test("A damaged rule is an error or a rule, never a crash; one without a name, or with one too long, is an error")
    func damaged() throws {
        let rule = Answers.bridgeRule
        var refused = 0
        for count in 17..<rule.count {
            var cut = Array(rule.prefix(count))
            cut[0] = UInt8(count)
            do {
                let ruleset = try Ruleset(reading: ScriptedKernel(answers: Self.answers(from: 1, to: 1, [cut])))
                _ = ruleset[.rule].map(\.expressions)
            } catch { refused += 1 }
        }
        #expect(refused > rule.count * 3 / 4)
        var nameless = rule
        nameless.replaceSubrange(20..<24, with: [4, 0, 99, 0])
        let name = [UInt8](repeating: 0x61, count: 260)
        let long = rule[..<20] + [8, 1, 1, 0] + name + rule[28...]
        var header = Array(long)
        header.replaceSubrange(0..<2, with: [UInt8(long.count & 0xFF), UInt8(long.count >> 8)])
        for damaged in [nameless, header] {
            let kernel = ScriptedKernel(answers: Self.answers(from: 1, to: 1, [damaged]))
            let error = #expect(throws: KernelError.self) { try Ruleset(reading: kernel) }
            #expect(error?.cause == .damaged)
        }
    }

    @Test("A kernel without nf_tables has no rules")
    func absent() throws {
        let ruleset = try Ruleset(reading: ScriptedKernel(answers: [[Answers.noSuchSubsystem]]))
        #expect(ruleset == Ruleset())
    }
}
