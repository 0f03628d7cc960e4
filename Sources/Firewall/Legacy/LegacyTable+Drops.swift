extension LegacyTable {
    /// What dropped the one packet that came between an earlier reading of this table and this one: its way is walked again, by the
    /// entries whose counters went up.
    ///
    /// Source: `ipt_do_table` (net/ipv4/netfilter/ip_tables.c): an entry counts what matches it before its target decides.
    ///
    /// - Returns: nil if no rule, policy or REJECT of it dropped the packet, or if the table has changed meanwhile.
    package func drop(since earlier: LegacyTable) -> DroppingRule? {
        guard earlier.places == places, earlier.name == name, earlier.family == family else { return nil }
        var walk = LegacyWalk(self, since: earlier)
        for hook in hookList {
            guard let entry = walk.last(at: hook), drops(entry),
                let rule = rule(LegacyChains(of: self).place(of: entry))
            else { continue }
            return rule
        }
        return nil
    }

    /// What its rules and policies have dropped or rejected, by their own counters, without those that have not.
    var packetsDropped: [DroppingRule: UInt64] {
        let chains = LegacyChains(of: self)
        var counts: [DroppingRule: UInt64] = [:]
        for entry in places where drops(entry) {
            let packets = packets(of: entry)
            if packets > 0, let rule = rule(chains.place(of: entry)) { counts[rule] = packets }
        }
        return counts
    }

    private func rule(_ place: LegacyChains.Place?) -> DroppingRule? {
        place.map { place in
            DroppingRule(
                family: family, table: name, chain: place.chain,
                decision: place.number.map { .legacyRule(number: $0) } ?? .legacyPolicy)
        }
    }

    private func drops(_ entry: LegacyEntry) -> Bool {
        let target = target(of: entry)
        return target.verdict == LegacyVerdict.drop || target.name == "REJECT"
    }
}

/// A packet's way through a table, as its counters tell it.
private struct LegacyWalk {
    private let table: LegacyTable
    /// Positions in the table's list of entries, by their start.
    private let positions: [Int: Int]
    /// By start: how often an entry has matched and was not passed here yet.
    private var matched: [Int: UInt64] = [:]

    init(_ table: LegacyTable, since earlier: LegacyTable) {
        self.table = table
        positions = Dictionary(table.places.enumerated().map { ($1.start, $0) }) { first, _ in first }
        for entry in table.places {
            let (more, isLess) = table.packets(of: entry).subtractingReportingOverflow(earlier.packets(of: entry))
            if !isLess, more > 0 { matched[entry.start] = more }
        }
    }

    /// The last entry that matched in a hook's chain and those that it calls. Ends, as every step backwards uses up a match.
    mutating func last(at hook: NetfilterHook) -> LegacyEntry? {
        let policy = Int(table.underflows[Int(hook.rawValue)])
        var last: LegacyEntry?
        var next = Int(table.hookEntries[Int(hook.rawValue)])
        var returns: [Int] = []
        while let position = positions[next] {
            let entry = table.places[position]
            guard let left = matched[entry.start], left > 0 else {
                // A target that is not the standard one had ended it.
                if entry.start == policy || table.target(of: entry).chain != nil { return last }
                next = entry.end
                continue
            }
            matched[entry.start] = left - 1
            last = entry
            switch table.target(of: entry).verdict {
            case nil: next = entry.end
            case LegacyVerdict.return: next = returns.popLast() ?? policy
            case .some(let chain) where chain >= 0:
                if chain != entry.end, !table.isGoto(entry) { returns.append(entry.end) }
                next = chain
            default: return entry
            }
        }
        return last
    }
}
