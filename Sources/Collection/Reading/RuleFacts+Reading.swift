import Firewall
import Inspection
import Netlink

extension FilterTrial {
    /// What the rules say by themselves.
    ///
    /// - Parameters:
    ///   - source: where the files of the packet filter are; nil if there are none.
    ///   - reloads: whether these are loaded again, in a sandbox.
    ///   - isStopped: ends that early.
    func ruleFacts(
        _ source: (any KernelSource)?, reloads: Bool, isStopped: @escaping () -> Bool
    ) -> Fact<RuleFacts> {
        if hasFiles { return .absent("rules in files are tried, not read") }
        var facts = RuleFacts()
        facts.managers = managers
        facts.ownedTables = ruleset.ownedTables
        facts.reversePathRules = ruleset.reversePathRules + legacyTables.flatMap(\.reversePathRules)
        facts.fixes = RunningFix.all(in: ruleset, legacyTables, source)
        if reloads { facts.reloads = RuleReload.all(of: plan, source, isStopped: isStopped) }
        facts.marks = ruleset.markSettings + legacyTables.flatMap(\.markSettings)
        if let gap = rulesGap { return .incomplete(facts, "\(gap.what): \(gap.why)") }
        return .known(facts)
    }
}
