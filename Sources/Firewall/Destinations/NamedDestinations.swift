import Addresses
import CNetlink
import Netlink

/// The destinations that the rules of a packet filter name, and which of them may get a mark.
///
/// Left out are rules that match prefixes: of these packets any destination may do.
package struct NamedDestinations: Sendable {
    /// A chain of a table, of nf_tables or iptables-legacy.
    private struct ChainName: Hashable {
        var family: TableFamily
        var table: String
        var chain: String
        var isLegacy: Bool
    }

    private struct Rule {
        var chain: ChainName
        var hints: [DestinationHint]
        var settings: [MarkSetting]
    }

    private var rules: [Rule] = []
    /// By the chain that they lead to.
    private var jumps: [ChainName: [(from: ChainName, hints: [DestinationHint])]] = [:]

    /// Takes a fraction of a millisecond for each hundred rules.
    ///
    /// - Parameter sets: those of ipset that the rules use.
    package init(_ ruleset: Ruleset, _ tables: [LegacyTable], _ sets: [IPSet]) {
        let sets = XTSets(sets)
        add(ruleset, sets)
        for table in tables { add(table, sets) }
    }

    /// Of all rules.
    package var all: [DestinationHint] {
        var seen: Set<DestinationHint> = []
        return rules.flatMap(\.hints).filter { seen.insert($0).inserted }
    }

    /// Where packets of a family may go that get this mark before IPVS sees them; empty if no rule gives it.
    package func marked(_ mark: UInt32, _ family: IPAddress.Family) -> [DestinationHint] {
        let able = rules.filter { rule in rule.settings.contains { $0.sees(family) && $0.mayGive(mark) } }
        var (seen, found): (Set<DestinationHint>, [DestinationHint]) = ([], [])
        for rule in able {
            for way in leading(to: rule.chain) {
                for hint in rule.hints.narrowed(by: way)
                where (hint.mapped ?? mark) == mark && hint.address.map({ $0.family == family }) ?? true {
                    let place = DestinationHint(protocol: hint.protocol, address: hint.address, port: hint.port)
                    if seen.insert(place).inserted { found.append(place) }
                }
                if found.count >= Self.most { return found }
            }
        }
        return found
    }

    /// Chains that call chains that call chains: further up it is not looked, nor at more ways than these. Others have thousands.
    private static let depth = 4
    private static let ways = 64
    private static let most = 1024

    /// What the rules say that lead to a chain, one list for each way: alternatives.
    private func leading(to chain: ChainName, _ depth: Int = NamedDestinations.depth) -> [[DestinationHint]] {
        let callers = jumps[chain] ?? []
        guard !callers.isEmpty, depth > 0 else { return [[DestinationHint()]] }
        var found: [[DestinationHint]] = []
        for caller in callers {
            found += leading(to: caller.from, depth - 1).map { caller.hints.narrowed(by: $0) }
            if found.count >= Self.ways { break }
        }
        return found
    }

    // MARK: Reading

    private mutating func add(_ ruleset: Ruleset, _ sets: XTSets) {
        let late = ruleset.chainsAfterIPVS
        let lists = Dictionary(grouping: ruleset[.elements]) { [$0.family.description, $0.table, $0.name] }
        for rule in ruleset[.rule] where !late.contains("chain \(rule.family) \(rule.table) \(rule.name)") {
            let reader = DestinationReader(of: rule, sets) { set in
                (lists[[rule.family.description, rule.table, set]] ?? []).flatMap(SetElement.all)
            }
            let chain = ChainName(family: rule.family, table: rule.table, chain: rule.name, isLegacy: false)
            rules.append(Rule(chain: chain, hints: reader.hints, settings: rule.markSettings))
            for (target, hints) in reader.jumps {
                jumps[ChainName(family: rule.family, table: rule.table, chain: target, isLegacy: false), default: []]
                    .append((chain, hints))
            }
        }
    }

    private mutating func add(_ table: LegacyTable, _ sets: XTSets) {
        let chains = LegacyChains(of: table)
        func name(_ chain: String) -> ChainName {
            ChainName(family: table.family, table: table.name, chain: chain, isLegacy: true)
        }
        for entry in table.places {
            guard let place = chains.place(of: entry),
                ![NetfilterHook.forward, .postRouting].map(\.legacyName).contains(place.chain)
            else { continue }
            let hints = table.destinations(of: entry, sets)
            rules.append(
                Rule(
                    chain: name(place.chain), hints: hints,
                    settings: [table.markSetting(of: entry)].compactMap(\.self)))
            if let target = table.target(of: entry).verdict.flatMap(chains.name(at:)) {
                jumps[name(target), default: []].append((name(place.chain), hints))
            }
        }
    }
}

extension LegacyTable {
    /// What an entry's condition (`struct ipt_ip`, `ip6t_ip6`) and matches say about destinations.
    fileprivate func destinations(of entry: LegacyEntry, _ sets: XTSets) -> [DestinationHint] {
        let head = entries.span.bytes.copy(entry.start..<entry.target)
        let length = family == .ip6 ? 16 : 4
        let end = 4 * length + 4 * Int(IFNAMSIZ)
        let inversions: UInt8 = (try? head.span.bytes.host(at: end + (family == .ip6 ? 4 : 3))) ?? 0
        var hint = DestinationHint()
        let mask = head.dropFirst(3 * length).prefix(length)
        if mask.allSatisfy({ $0 == .max }), inversions & UInt8(IPT_INV_DSTIP) == 0 {
            hint.address = IPAddress(networkOrder: Array(head.dropFirst(length).prefix(length)))
        }
        let number: UInt16 = (try? head.span.bytes.host(at: end)) ?? 0
        if number != 0, inversions & UInt8(IPT_INV_PROTO) == 0 {
            hint.protocol = UInt8(exactly: number).map { IPProtocol(rawValue: $0) }
        }
        return matches(of: entry).reduce([hint]) { hints, match in
            let alternatives = sets.hints(ofMatch: match.name, revision: UInt32(match.revision), match.data)
            return alternatives.map { hints.narrowed(by: $0) } ?? hints
        }
    }
}
