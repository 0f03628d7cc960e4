import Firewall

extension ProbeOutcome {
    /// The rule before which a packet would have to be accepted: of those on the way to what dropped it, the last that asks for its ctstate,
    /// so that what others drop by the same chain (a chain that logs and drops, say) stays dropped. Without any, what dropped it.
    package func gate(in ruleset: Ruleset) -> DroppingRule? {
        guard let drop = droppingRule else { return nil }
        return (path + [drop]).last(where: ruleset.asksForState) ?? drop
    }

    /// The rules that jumped to the chain that dropped it, the base chain's first.
    private var path: [DroppingRule] {
        var path: [DroppingRule] = []
        for step in steps {
            if let last = path.last, (last.family, last.table) != (step.family, step.table) { path = [] }
            switch (step.kind, step.verdict) {
            case (.rule, .jump?), (.rule, .goto?):
                guard let handle = step.handle else { continue }
                path.append(
                    DroppingRule(
                        family: step.family, table: step.table, chain: step.chain, decision: .rule(handle: handle)))
            case (.rule, .return?), (.return, _): if !path.isEmpty { path.removeLast() }
            case (.rule, .accept?), (.policy, _): path = []
            default: break
            }
        }
        return path
    }
}
