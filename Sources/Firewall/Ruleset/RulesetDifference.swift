import CNetlink
import Netlink

/// What one ruleset has of rules, and another has not: rules by their instructions in the kernel, base chains by their hook, priority and
/// policy. Pure.
///
/// What packets and programs change meanwhile is left out, and what only names things: counters, the use of quotas, handles, comments,
/// elements of sets with names, and where in its chain a rule is. A rule that is there more often is one more. Only tables of the families ip,
/// ip6 and inet are compared, and none of our own.
package struct RulesetDifference {
    /// What only the first has.
    package let lost: [Change]
    /// What only the second has.
    package let gained: [Change]
    /// Tables that only the first has, whose rules are in neither list.
    package let goneTables: [RulesetObject]
    /// Tables with chains that have no name of their own, whose rules are in neither list (`jump { … }`).
    package let unclear: [RulesetObject]
    /// Those that both have with the same text, but of other instructions, as another version of a program makes them.
    package let alike: [Change]

    /// A rule, or a base chain with what it does at its end.
    package struct Change {
        package let object: RulesetObject
        /// Of what is lost: a chain that is lost, too: the rule's own, or where it sends packets.
        package let strangeChain: String?

        /// As `RuleRenderer` writes it.
        package var text: String {
            object.kind == .rule ? RuleRenderer.text(of: object) : object.drops ? "policy drop" : "policy accept"
        }

        /// Its place and what it says; nil for a chain.
        fileprivate var words: [String]? {
            object.kind == .rule ? [object.family.description, object.table, object.name, text] : nil
        }
    }

    /// - Parameters:
    ///   - first: what is there now.
    ///   - second: what is there later, in the same network namespace, where sets of ipset and links have the same numbers.
    package init(from first: Ruleset, to second: Ruleset) {
        let (before, after) = (ComparedRules(first), ComparedRules(second))
        let tables = Set(after.tables.map(ComparedRules.Table.init))
        goneTables = before.tables.filter { !tables.contains(.init($0)) }
        unclear = before.tables.filter { table in
            (first[.chain] + second[.chain]).contains { chain in
                ComparedRules.Table(chain) == .init(table) && chain.name.hasPrefix("__chain")
            }
        }
        let left = Set((goneTables + unclear).map(ComparedRules.Table.init))
        let lost = before.changes(besides: after).filter { !left.contains(.init($0.object)) }
        // A chain that nobody has made yet is made by the files.
        let gained = after.changes(besides: before).filter { !left.contains(.init($0.object)) }.map {
            Change(object: $0.object, strangeChain: nil)
        }
        let likes = Set(lost.compactMap(\.words)).intersection(gained.compactMap(\.words))
        let names = Dictionary(grouping: (lost + gained).filter { $0.words.map(likes.contains) ?? false }, by: \.words)
            .mapValues { Set($0.map { $0.object.expressions.map(\.name) }).count }
        func isAlike(_ change: Change) -> Bool { names[change.words] ?? 0 > 1 }
        alike = lost.filter(isAlike)
        (self.lost, self.gained) = (lost.filter { !isAlike($0) }, gained.filter { !isAlike($0) })
    }
}

/// The rules of a ruleset, each with what it is compared by.
struct ComparedRules {
    struct Table: Hashable {
        var family: TableFamily
        var name: String

        init(_ object: RulesetObject) { (family, name) = (object.family, object.table) }
    }

    private struct Value: Hashable {
        var table: Table
        var chain: String
        var parts: [[UInt8]]
    }

    private struct SetName: Hashable {
        var table: Table
        var name: String

        init(_ object: RulesetObject, _ name: String) { (table, self.name) = (Table(object), name) }
    }

    let tables: [RulesetObject]
    /// The base chains first.
    private var values: [(value: Value, object: RulesetObject)] = []
    private var chains: Set<Value> = []
    /// The elements of sets without names.
    private var elements: [SetName: [[UInt8]]] = [:]

    init(_ ruleset: Ruleset) {
        func isCompared(_ object: RulesetObject) -> Bool {
            [.ip, .ip6, .inet].contains(object.family) && !object.table.hasPrefix("ct-inspect")
        }
        tables = ruleset[.table].filter(isCompared)
        for set in ruleset[.set] where (set.number(NFTA_SET_FLAGS.rawValue) ?? 0) & NFT_SET_ANONYMOUS.rawValue != 0 {
            elements[SetName(set, set.name)] = []
        }
        for list in ruleset[.elements] { elements[SetName(list, list.name)]? += SetElement.values(of: list) }
        for chain in ruleset[.chain] where isCompared(chain) {
            chains.insert(Value(table: Table(chain), chain: chain.name, parts: []))
            guard let hook = chain.payload(NFTA_CHAIN_HOOK.rawValue) else { continue }
            let policy = chain.payload(NFTA_CHAIN_POLICY.rawValue) ?? []
            values.append((Value(table: Table(chain), chain: chain.name, parts: [hook, policy]), chain))
        }
        for rule in ruleset[.rule] where isCompared(rule) {
            let parts = rule.expressions.filter { !$0.isComment }.flatMap { expression in
                [Array(expression.name.utf8), lasting(expression)] + contents(expression, of: rule)
            }
            values.append((Value(table: Table(rule), chain: rule.name, parts: parts), rule))
        }
    }

    /// Rules, and base chains before them, each with what it does.
    var contents: [(object: RulesetObject, parts: [[UInt8]])] { values.map { ($0.object, $0.value.parts) } }

    /// What packets do not change, and no set's name that the kernel made up.
    private func lasting(_ expression: RuleExpression) -> [UInt8] {
        switch expression.name {
        case "counter", "last": []
        case "quota": expression.attributes(besides: [UInt16(NFTA_QUOTA_CONSUMED.rawValue)])
        case "lookup" where expression.setUsed?.hasPrefix("__") ?? false:
            expression.attributes(besides: [UInt16(NFTA_LOOKUP_SET.rawValue), UInt16(NFTA_LOOKUP_SET_ID.rawValue)])
        case "objref" where expression.setUsed?.hasPrefix("__") ?? false:
            expression.attributes(
                besides: [UInt16(NFTA_OBJREF_SET_NAME.rawValue), UInt16(NFTA_OBJREF_SET_ID.rawValue)])
        default: expression.attributes
        }
    }

    private func contents(_ expression: RuleExpression, of rule: RulesetObject) -> [[UInt8]] {
        guard let set = expression.setUsed else { return [] }
        return (elements[SetName(rule, set)] ?? []).sorted { $0.lexicographicallyPrecedes($1) }
    }

    func changes(besides others: ComparedRules) -> [RulesetDifference.Change] {
        var known = others.values.reduce(into: [Value: Int]()) { $0[$1.value, default: 0] += 1 }
        func isStrange(_ chain: String, _ rule: RulesetObject) -> Bool {
            !others.chains.contains(Value(table: Table(rule), chain: chain, parts: []))
        }
        // A base chain of which the other knows nothing decides nothing, unless it drops.
        let differing = values.filter { value, object in
            if let count = known[value], count > 0 {
                known[value] = count - 1
                return false
            }
            return object.kind == .rule || object.drops || !isStrange(object.name, object)
        }
        return differing.map { _, object in
            let chains = [object.name] + object.targets
            return .init(object: object, strangeChain: chains.first { isStrange($0, object) })
        }
    }
}

extension RuleExpression {
    /// As iptables keeps comments (net/netfilter/xt_comment.c): each packet matches.
    fileprivate var isComment: Bool { name == "match" && text(NFTA_MATCH_NAME.rawValue) == "comment" }
}

extension SetElement {
    /// Of each element what does not change: its key, its value, and whether an interval ends with it.
    fileprivate static func values(of list: RulesetObject) -> [[UInt8]] {
        guard let bytes = list.payload(NFTA_SET_ELEM_LIST_ELEMENTS.rawValue) else { return [] }
        let types = [NFTA_SET_ELEM_KEY, NFTA_SET_ELEM_KEY_END, NFTA_SET_ELEM_DATA, NFTA_SET_ELEM_FLAGS]
        var found: [[UInt8]] = []
        var cursor = AttributeCursor(0..<bytes.count)
        while let attribute = try? cursor.next(in: bytes.span.bytes) {
            let element = RuleExpression("", bytes.span.bytes.copy(attribute))
            found.append(element.attributes(Set(types.map { UInt16($0.rawValue) })))
        }
        return found
    }
}

extension RulesetObject {
    /// Of a rule: the chains that it sends packets to, but for those of a map.
    fileprivate var targets: [String] {
        expressions.compactMap { expression in
            guard expression.name == "immediate" else { return nil }
            return expression.payload(NFTA_IMMEDIATE_DATA.rawValue).flatMap { SetElement.chain(in: $0) }
        }
    }

    /// Of a base chain: whether it drops what its rules leave.
    var drops: Bool { number(NFTA_CHAIN_POLICY.rawValue) == 0 }
}
