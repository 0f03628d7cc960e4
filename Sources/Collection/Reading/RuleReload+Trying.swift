import Addresses
import Advice
import Firewall
import Inspection
import Netlink
import Sandbox

extension RuleReload {
    /// Tries it in a sandbox with a copy of the rules, for each unit in one of its own: what the files of one unit destroy, those of another do not
    /// bring back then. Blocks for as long as the programs take that load files.
    ///
    /// - Parameters:
    ///   - plan: of the director, as it is.
    ///   - source: of the same, where the files are; nil if there are none.
    ///   - isStopped: ends it early, between two files.
    static func all(
        of plan: SandboxPlan, _ source: (any KernelSource)?, isStopped: @escaping () -> Bool
    ) -> [RuleReload] {
        let (ruleset, legacy) = (plan.rules.ruleset, plan.rules.legacyTables)
        guard let source, !(source is CapturedKernel) else { return [RuleReload(doubt: RunningFix.captured)] }
        let isEmpty =
            RulesetDifference(from: ruleset, to: Ruleset()).goneTables.isEmpty && legacy.allSatisfy(\.managers.isEmpty)
        if source.origin.networkNamespace != nil || NetworkNamespace.isNamed {
            return isEmpty ? [] : [RuleReload(doubt: RunningFix.elsewhere)]
        }
        let files = FilterFiles(of: source)
        let units = files.units(beside: ruleset)
        // What is lost or gained could be theirs.
        if let doubt = files.otherLoader ?? ruleset.doubt(beside: legacy) { return [RuleReload(doubt: doubt)] }
        if units.isEmpty { return isEmpty ? [] : [RuleReload(doubt: "no file is known that loads rules here")] }
        do throws(KernelError) {
            let budget = Reload.Budget(isStopped: isStopped)
            // What all files together do not bring back comes from nobody who is known.
            let strange = try Reload.trying(units.flatMap(\.files), in: plan, within: budget).difference.goneTables
            var reloads: [RuleReload] = []
            for unit in units {
                var reload = RuleReload()
                (reload.unit, reload.files) = (unit.name, unit.files.map(\.name).filter { $0.hasPrefix("/") })
                reload.add(
                    try Reload.trying(unit.files, in: plan, within: budget), of: ruleset,
                    strange: Set(strange.map(\.description)))
                reloads.append(reload)
            }
            return reloads
        } catch { return [RuleReload(doubt: error.description)] }
    }

    private init(doubt: String) {
        self.init()
        self.doubt = doubt
    }

    private mutating func add(_ reload: Reload, of ruleset: Ruleset, strange: Set<String>) {
        let difference = reload.difference
        if let gap = reload.gap {
            doubt = "the sandbox lacks \(gap.what): \(gap.why)"
            return
        }
        let owned = Set(ruleset.ownedTables.map { "table \($0)" })
        for table in difference.goneTables where !owned.contains(table.description) {
            if !strange.contains(table.description) {
                lostTables.append(table.description)
            } else if !FixNames.tables.contains(table.name), ruleset.maker(asItRuns: table) == nil {
                doubt = doubt ?? "no file that is loaded here has \(table): another program may make it"
            }
        }
        if let table = difference.unclear.first { doubt = doubt ?? "\(table) has chains without names" }
        if let rule = difference.alike.first?.object {
            doubt = doubt ?? "a rule of chain \(rule.family) \(rule.table) \(rule.name) is made in another way now"
        }
        let texts = RuleCache()
        for (change, rule) in zip(difference.lost, reload.lostRules) where isSettled(change, ruleset) {
            var text = change.text
            if let rule, lost.count < Self.mostTexts, case .known(let known, _) = texts.text(of: rule, at: .now) {
                text = known
            }
            lost.append(Self.words(change.object, text))
        }
        for (change, text) in zip(difference.gained, reload.gainedTexts) where isSettled(change, ruleset) {
            gained.append(Self.words(change.object, text))
        }
    }

    private static let mostTexts = 20

    private static func words(_ object: RulesetObject, _ text: String) -> String {
        "\(object.family) \(object.table) \(object.name) “\(text)”"
    }

    /// Whether nobody but the files is known to make it. A fix is found by its name.
    private mutating func isSettled(_ change: RulesetDifference.Change, _ ruleset: Ruleset) -> Bool {
        let object = change.object
        if let chain = change.strangeChain {
            if !FixNames.chains.contains(chain) {
                doubt =
                    doubt
                    ?? "chain \(object.family) \(object.table) \(chain) is not in both: another program may make it"
            }
            return false
        }
        guard let maker = ruleset.maker(asItRuns: object) else { return true }
        doubt = doubt ?? "\(maker.rawValue) makes rules of table \(object.family) \(object.table) as it runs"
        return false
    }
}

extension Ruleset {
    /// Why rules are not compared.
    fileprivate func doubt(beside legacy: [LegacyTable]) -> String? {
        if !legacy.allSatisfy(\.managers.isEmpty) { return "rules of iptables-legacy are not compared" }
        return self[.rule].first { ![.ip, .ip6, .inet].contains($0.family) && !$0.table.hasPrefix("ct-inspect") }.map {
            "rules of table \($0.family) \($0.table) are not compared"
        }
    }

    /// Who makes rules of an object's table as it runs. In the tables of iptables its chains need not be in each: Docker has rules in raw
    /// without any.
    fileprivate func maker(asItRuns object: RulesetObject) -> FirewallManager? {
        let own = managers(ofTable: object.family, object.table)
        if let maker = own.first(where: \.makesRulesAsItRuns) { return maker }
        guard own.contains(.iptables) else { return nil }
        return self[.table].lazy.map { managers(ofTable: $0.family, $0.name) }.first { makers in
            makers.contains(.iptables) && makers.contains(where: \.makesRulesAsItRuns)
        }?.first(where: \.makesRulesAsItRuns)
    }
}
