import Firewall
import Inspection

extension FilterTrial {
    /// What the rules say by themselves.
    var ruleFacts: Fact<RuleFacts> {
        if hasFiles { return .absent("rules in files are tried, not read") }
        var facts = RuleFacts()
        facts.managers = managers
        facts.ownedTables = ruleset.ownedTables
        facts.marks = ruleset.markSettings + legacyTables.flatMap(\.markSettings)
        if let gap = rulesGap { return .incomplete(facts, "\(gap.what): \(gap.why)") }
        return .known(facts)
    }
}
