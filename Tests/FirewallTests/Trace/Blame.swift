import Conntrack
import Firewall
import Foundation
import Netlink
import TestSupport
import Testing

/// Traced packets of a namespace with some rules, and the counts of nft(8) over the same time.
struct Blame {
    let tally: DropTally
    /// The packets on each rule's own counter, for rules that drop or reject.
    let counted: [DroppingRule: Int]
    let texts: [DroppingRule: RuleText]
    let legacyTables: LegacyTables

    /// Only what the observation table does to packets that are INVALID or NEW.
    static let marking = """
        table inet mine {
            chain trace_invalid {
                limit rate 100/second burst 100 packets meta nftrace set 1
            }
            chain trace_new {
                limit rate 100/second burst 100 packets meta nftrace set 1
            }
            chain marking {
                type filter hook prerouting priority -199
                ct state invalid jump trace_invalid
                ct state new jump trace_new
            }
        }
        """

    /// In a fresh namespace: creates the rules, sends the packets, and waits until `count` packets were seen dropped
    /// and `isOver`.
    init(
        _ packets: [[UInt8]], dropped count: Int, isOver: @escaping () throws -> Bool = { true },
        rules: @escaping () throws -> Void
    ) throws {
        self = try inFreshNamespace { try Self(packets, count, isOver, rules) }
    }

    private init(_ packets: [[UInt8]], _ count: Int, _ isOver: () throws -> Bool, _ rules: () throws -> Void) throws {
        let wire = try CraftedPacket.wire()
        try rules()
        let collector = try TraceCollector(table: "mine")
        try Tool.nft(Self.marking)
        for packet in packets { try wire.send(packet) }
        try waitUntil("\(count) packets were seen dropped") {
            try collector.collect(at: .now)
            let seen = collector.tally.rules.map(collector.tally.packets(droppedBy:)).reduce(0, +)
            return try seen >= count && isOver()
        }
        try collector.finish(at: .now)
        let book = RuleCache()
        tally = collector.tally
        texts = Dictionary(uniqueKeysWithValues: tally.rules.map { ($0, book.text(of: $0, at: .now)) })
        legacyTables = LegacyTables.read(from: LiveKernel())
        counted = Self.counters(in: try Tool.run("nft -a list ruleset"))
    }

    /// The packets that were dropped, by rule.
    var dropped: [DroppingRule: Int] { tally.drops.mapValues { $0.values.reduce(0, +) } }

    /// How many packets of each class a rule dropped; ICMP by type.
    func classes(_ rule: DroppingRule) -> [String: Int] {
        (tally.drops[rule] ?? [:]).reduce(into: [:]) {
            $0[$1.key.icmpName ?? $1.key.packetClass.title, default: 0] += $1.value
        }
    }

    static func counters(in ruleset: String) -> [DroppingRule: Int] {
        var counters: [DroppingRule: Int] = [:]
        var place: (family: String, table: String, chain: String) = ("", "", "")
        for line in ruleset.split(separator: "\n") {
            let words = line.split(separator: " ").map { String($0.drop { $0 == "\t" }) }
            if words.first == "table", words.count > 2 { (place.family, place.table) = (words[1], words[2]) }
            if words.first == "chain", words.count > 1 { place.chain = words[1] }
            guard let position = words.firstIndex(of: "packets"), position > 0, words[position - 1] == "counter",
                let count = Int(words[position + 1]), count > 0, words.contains("drop") || words.contains("reject"),
                let handle = words.last.flatMap({ UInt64($0) }), let family = families[place.family]
            else { continue }
            let rule = DroppingRule(
                family: family, table: place.table, chain: place.chain, decision: .rule(handle: handle))
            counters[rule] = count
        }
        return counters
    }

    private static let families: [String: TableFamily] = ["ip": .ip, "ip6": .ip6, "inet": .inet]
}
