import Netlink

/// The rules of a packet filter as a text to compare: by chain, in the order in which packets meet them. Of nf_tables, in the families ip,
/// ip6 and inet, and of iptables-legacy; without our own tables.
package struct FilterRules: Sendable {
    package struct Chain: Hashable, Comparable, Sendable {
        package let family: TableFamily
        package let table: String
        package let name: String
        package let isLegacy: Bool

        package static func < (one: Chain, other: Chain) -> Bool {
            func key(_ chain: Chain) -> (Int, UInt8, String, String) {
                (chain.isLegacy ? 1 : 0, chain.family.rawValue, chain.table, chain.name)
            }
            return key(one) < key(other)
        }
    }

    /// What it does, and how it is written.
    fileprivate struct Rule: Hashable, Sendable {
        let value: [[UInt8]]
        let text: String

        static func == (one: Rule, other: Rule) -> Bool { one.value == other.value }
        func hash(into hasher: inout Hasher) { hasher.combine(value) }
    }

    private var chains: [Chain: [Rule]] = [:]

    package init(_ ruleset: Ruleset, _ legacy: [LegacyTable]) {
        for (object, parts) in ComparedRules(ruleset).contents {
            let chain = Chain(family: object.family, table: object.table, name: object.name, isLegacy: false)
            let text = object.kind == .rule ? RuleRenderer.text(of: object) : object.policyText
            chains[chain, default: []].append(Rule(value: parts, text: text))
        }
        for table in legacy {
            for statement in table.statements {
                let chain = Chain(family: table.family, table: table.name, name: statement.chain, isLegacy: true)
                chains[chain, default: []].append(Rule(value: statement.value, text: statement.text))
            }
        }
    }
}

/// A rule, or what a base chain does at its end, that only one of two packet filters has, or has elsewhere in its chain.
package struct RuleChange: Equatable, Sendable {
    package enum Kind: String, Sendable {
        case added, removed
        /// Among the rules that both have, it is met earlier or later.
        case moved
    }

    package let kind: Kind
    package let chain: FilterRules.Chain
    /// As nft(8), or iptables(8) for iptables-legacy, write it.
    package let text: String
}

extension FilterRules {
    /// Chain by chain: what is removed, what is added, then what has moved, each in the order in which packets meet it.
    package func changes(to later: FilterRules) -> [RuleChange] {
        Set(chains.keys).union(later.chains.keys).sorted().flatMap { chain in
            Self.changes(in: chain, from: chains[chain] ?? [], to: later.chains[chain] ?? [])
        }
    }

    private static func changes(in chain: Chain, from before: [Rule], to after: [Rule]) -> [RuleChange] {
        func change(_ kind: RuleChange.Kind, _ rule: Rule) -> RuleChange {
            RuleChange(kind: kind, chain: chain, text: rule.text)
        }
        let (old, new) = (split(before, by: after), split(after, by: before))
        return old.surplus.map { change(.removed, $0) } + new.surplus.map { change(.added, $0) }
            + moved(from: old.common, to: new.common).map { change(.moved, $0) }
    }

    /// A rule may be there several times: as often as in the other list, it is common.
    private static func split(_ rules: [Rule], by others: [Rule]) -> (common: [Rule], surplus: [Rule]) {
        var known = others.reduce(into: [Rule: Int]()) { $0[$1, default: 0] += 1 }
        var (common, surplus): ([Rule], [Rule]) = ([], [])
        for rule in rules {
            if let count = known[rule], count > 0 {
                known[rule] = count - 1
                common.append(rule)
            } else {
                surplus.append(rule)
            }
        }
        return (common, surplus)
    }

    /// The fewest rules that explain another order: all but the most that are in the same order in both.
    ///
    /// - Parameter new: the same rules as the old ones, each as often.
    private static func moved(from old: [Rule], to new: [Rule]) -> [Rule] {
        var places = Dictionary(grouping: old.indices.reversed()) { old[$0] }
        let order = new.compactMap { places[$0]?.popLast() }
        let kept = Set(longestAscent(of: order))
        return zip(new, order).filter { !kept.contains($0.1) }.map(\.0)
    }

    /// The longest subsequence whose numbers rise, in n log n steps.
    private static func longestAscent(of numbers: [Int]) -> [Int] {
        // For each length, where its subsequence with the least last number ends; and for each number, where the one before it is.
        var (ends, previous): ([Int], [Int?]) = ([], [])
        for (place, number) in numbers.enumerated() {
            var (low, high) = (0, ends.count)
            while low < high {
                let middle = (low + high) / 2
                if numbers[ends[middle]] < number { low = middle + 1 } else { high = middle }
            }
            previous.append(low == 0 ? nil : ends[low - 1])
            if low == ends.count { ends.append(place) } else { ends[low] = place }
        }
        var (ascent, place) = ([Int](), ends.last)
        while let current = place {
            ascent.append(numbers[current])
            place = previous[current]
        }
        return ascent
    }
}

extension RulesetObject {
    /// Of a base chain: `hook input priority 0; policy drop`.
    fileprivate var policyText: String {
        let hook = hook.flatMap { RuleListing.hook($0, family) } ?? "?"
        return "hook \(hook) priority \(priority ?? 0); policy \(drops ? "drop" : "accept")"
    }
}
