import Addresses
import CNetlink
import Conntrack

@testable import Firewall
@testable import Netlink

extension FuzzTarget {
    /// The packet filter's rules: of nf_tables, of iptables-legacy, and the sets of ipset.
    static let firewall = [
        FuzzTarget("ruleset", ruleset),
        FuzzTarget("activation", activation),
        FuzzTarget("counters", counters),
        FuzzTarget("ipset", ipset),
        FuzzTarget("legacy-ipv4") { legacy($0, .ip) },
        FuzzTarget("legacy-ipv6") { legacy($0, .ip6) },
        FuzzTarget("nft-listing", longest: 1024, listing),
    ]

    @Sendable private static func ruleset(_ bytes: [UInt8]) {
        let ruleset: Ruleset
        do throws(KernelError) { ruleset = try Ruleset(reading: FuzzedKernel(answers: bytes)) } catch {
            return Printed.error(error)
        }
        for rule in ruleset[.rule] { Printed.rule(RuleRenderer.text(of: rule)) }
        consult(ruleset, [], [])
        let difference = RulesetDifference(from: ruleset, to: ruleset)
        Finding.require(difference.lost.isEmpty && difference.gained.isEmpty, "a ruleset differs from itself")
        for table in ruleset[.table] { _ = ruleset.managers(ofTable: table.family, table.table) }
    }

    /// What checks ask of rules.
    private static func consult(_ ruleset: Ruleset, _ tables: [LegacyTable], _ sets: [IPSet]) {
        _ = ruleset.setsUsed
        _ = NamedDestinations(ruleset, tables, sets).all
        _ = NamedDestinations(ruleset, tables, sets).marked(1, .ipv4)
        let translations = TranslationRules(ruleset, tables)
        let packet = PartialPacket(.ipv4, .tcp, from: nil, to: IPAddress(ipv4: 0x0A00_0001), port: 80)
        for rule in translations.rules(for: packet, at: [.preRouting, .localIn, .forward, .postRouting]) {
            Printed.rule("\(rule.place): \(rule.text)")
        }
    }

    /// Whether conntrack is active: by the kernel's list of hooks, and by rules that use it.
    @Sendable private static func activation(_ bytes: [UInt8]) {
        do throws(KernelError) {
            _ = try ConntrackActivation(reading: FuzzedKernel(answers: bytes))
            _ = try TrackingUsers(reading: FuzzedKernel(answers: bytes)).shortfall
        } catch { Printed.error(error) }
    }

    private static let counterSets = [IPAddress.Family.ipv4, .ipv6].flatMap { family in
        [
            CounterSet(.localIn, .ack, .port, family), CounterSet(.localIn, .icmpError, .embedded, family),
            CounterSet(.forward, .icmpError, .icmpType, family), CounterSet(.preRouting, .other, .protocol, family),
        ]
    }

    /// What our own sets have counted.
    @Sendable private static func counters(_ bytes: [UInt8]) {
        let span = bytes.span.bytes
        for set in counterSets {
            var cursor = MessageCursor()
            while let message = try? cursor.next(in: span) {
                try? CounterElement(set: set).decode(message, in: span) { _ = $0.address.description }
            }
        }
    }

    @Sendable private static func ipset(_ bytes: [UInt8]) {
        var sets: [IPSet] = []
        do throws(KernelError) { sets = try IPSet.list(in: FuzzedKernel(answers: bytes)) } catch {
            return Printed.error(error)
        }
        let span = bytes.span.bytes
        var cursor = MessageCursor()
        while let message = try? cursor.next(in: span) {
            guard let elements = try? IPSet.elements(message, in: span) else { continue }
            for index in sets.indices { sets[index].elements.append(elements) }
        }
        for set in sets {
            try? set.eachElement { _, _ in }
            _ = try? set.members
            _ = set.creation
            for list in set.elements { _ = set.addition(of: list) }
        }
        consult(Ruleset(), [], sets)
    }

    private static func legacy(_ bytes: [UInt8], _ family: TableFamily) {
        guard let table = try? LegacyTable(bytes, family) else { return }
        let chains = LegacyChains(of: table)
        for entry in table.places {
            Printed.rule(table.statement(of: entry, in: chains.place(of: entry)?.chain ?? "?", chains))
        }
        _ = table.setsUsed
        consult(Ruleset(), [table], [])
        if let drop = table.drop(since: table) { _ = table.text(of: drop) }
        guard let again = try? LegacyTable(table.bytes, family) else { return }
        Finding.require(again == table, "a table is another when it is read again")
    }

    /// What nft(8) prints, and files of rules.
    @Sendable private static func listing(_ bytes: [UInt8]) {
        let text = String(decoding: bytes, as: UTF8.self)
        _ = ChainListing(of: "input", in: text)
        _ = RulesetFile(bytes, named: "rules").format.description
    }
}
