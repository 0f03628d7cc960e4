import Firewall
import Inspection

/// Which rule of the director each rule of the copy is: the kernel gives each a handle of its own, but their order is the same.
struct RulePlaces {
    private struct Place: Hashable {
        var family: TableFamily
        var table: String
        var chain: String
        var handle: UInt64
    }

    private var directors: [Place: UInt64] = [:]
    private var copies: [Place: UInt64] = [:]

    init(of director: Ruleset, in copy: Ruleset, without missing: [RulesetObject]) {
        let left = Set(missing.compactMap { rule in rule.handle.map { Self.place(rule, $0) } })
        let kept = Self.byChain(
            director[.rule].filter { rule in rule.handle.map { !left.contains(Self.place(rule, $0)) } ?? true })
        for (chain, rules) in Self.byChain(copy[.rule]) {
            for (made, rule) in zip(rules, kept[chain] ?? []) {
                guard let one = made.handle, let other = rule.handle else { continue }
                directors[Self.place(made, one)] = other
                copies[Self.place(rule, other)] = one
            }
        }
    }

    private static func byChain(_ rules: [RulesetObject]) -> [[String]: [RulesetObject]] {
        Dictionary(grouping: rules) { [$0.family.description, $0.table, $0.name] }
    }

    private static func place(_ rule: RulesetObject, _ handle: UInt64) -> Place {
        Place(family: rule.family, table: rule.table, chain: rule.name, handle: handle)
    }

    /// With the director's handles.
    func director(_ outcome: ProbeOutcome) -> ProbeOutcome {
        var outcome = outcome
        for index in outcome.steps.indices {
            let step = outcome.steps[index]
            guard let handle = step.handle else { continue }
            let place = Place(family: step.family, table: step.table, chain: step.chain, handle: handle)
            outcome.steps[index].handle = directors[place] ?? handle
        }
        if let rule = outcome.droppingRule { outcome.end = .dropped(Self.changed(rule, directors)) }
        return outcome
    }

    /// With the director's handle.
    func director(_ rule: DroppingRule) -> DroppingRule { Self.changed(rule, directors) }

    /// With the copy's handle.
    func copy(_ rule: DroppingRule) -> DroppingRule { Self.changed(rule, copies) }

    private static func changed(_ rule: DroppingRule, _ handles: [Place: UInt64]) -> DroppingRule {
        guard case .rule(let handle) = rule.decision else { return rule }
        let place = Place(family: rule.family, table: rule.table, chain: rule.chain, handle: handle)
        var rule = rule
        rule.decision = .rule(handle: handles[place] ?? handle)
        return rule
    }
}
