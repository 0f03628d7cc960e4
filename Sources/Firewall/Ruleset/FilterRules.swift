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
                let value = [Array(statement.text.utf8)] + statement.parameters
                chains[chain, default: []].append(Rule(value: value, text: statement.text))
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
    /// To find the shortest difference takes the product of its size and the chain's: of chains that differ in more, only what is added and removed
    /// is told.
    private static let mostOrdered = 4000

    /// Chain by chain, in the order in which the rules are met: first what is removed.
    package func changes(to later: FilterRules) -> [RuleChange] {
        Set(chains.keys).union(later.chains.keys).sorted().flatMap { chain in
            Self.changes(in: chain, from: chains[chain] ?? [], to: later.chains[chain] ?? [])
        }
    }

    private static func changes(in chain: Chain, from before: [Rule], to after: [Rule]) -> [RuleChange] {
        func change(_ kind: RuleChange.Kind, _ rule: Rule) -> RuleChange {
            RuleChange(kind: kind, chain: chain, text: rule.text)
        }
        // Most of a chain is the same: what is at its beginning and its end does not have to be searched.
        let head = zip(before, after).prefix { $0 == $1 }.count
        let tail = zip(before.dropFirst(head).reversed(), after.dropFirst(head).reversed()).prefix { $0 == $1 }.count
        let (old, new) = (Array(before.dropFirst(head).dropLast(tail)), Array(after.dropFirst(head).dropLast(tail)))
        let (lost, gained) = (Self.surplus(of: old, over: new), Self.surplus(of: new, over: old))
        let moved = old.count + new.count > mostOrdered ? [] : Self.moved(from: old, to: new)
        return lost.map { change(.removed, $0) } + gained.map { change(.added, $0) } + moved.map { change(.moved, $0) }
    }

    /// The rules that are more often in one list than in the other.
    private static func surplus(of rules: [Rule], over others: [Rule]) -> [Rule] {
        var known = others.reduce(into: [Rule: Int]()) { $0[$1, default: 0] += 1 }
        return rules.filter { rule in
            guard let count = known[rule], count > 0 else { return true }
            known[rule] = count - 1
            return false
        }
    }

    private static func moved(from old: [Rule], to new: [Rule]) -> [Rule] {
        new.difference(from: old).inferringMoves().insertions.compactMap { change in
            guard case .insert(_, let rule, .some) = change else { return nil }
            return rule
        }
    }
}

extension RulesetObject {
    /// Of a base chain: `hook input priority 0; policy drop`.
    fileprivate var policyText: String {
        let names = ["prerouting", "input", "forward", "output", "postrouting", "ingress"]
        let hook = hook.flatMap { names.indices.contains(Int($0)) ? names[Int($0)] : nil } ?? "?"
        return "hook \(hook) priority \(priority ?? 0); policy \(drops ? "drop" : "accept")"
    }
}
