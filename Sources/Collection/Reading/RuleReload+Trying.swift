import Addresses
import Advice
import Firewall
import Inspection
import Netlink
import Sandbox

extension RuleReload {
    /// Tries it in a sandbox with a copy of the rules. Blocks for as long as the programs take that load files.
    ///
    /// - Parameters:
    ///   - plan: of the director, as it is.
    ///   - source: of the same, where the files are; nil if there are none.
    init(of plan: SandboxPlan, _ source: (any KernelSource)?) {
        self.init()
        let (ruleset, legacy) = (plan.rules.ruleset, plan.rules.legacyTables)
        let nothing = RulesetDifference(from: ruleset, to: Ruleset())
        // There is nothing that could be lost.
        if nothing.goneTables.isEmpty, legacy.allSatisfy(\.managers.isEmpty) { return }
        guard let source, !(source is CapturedKernel) else {
            doubt = RunningFix.captured
            return
        }
        if source.origin.networkNamespace != nil || NetworkNamespace.isNamed {
            doubt = RunningFix.elsewhere
            return
        }
        let files = FilterFiles(of: source)
        let loaded = files.loaded(beside: ruleset)
        if loaded.isEmpty {
            doubt = "no file is known that loads rules here"
            return
        }
        self.files = loaded.map(\.name).filter { $0.hasPrefix("/") }
        doubt =
            files.otherLoader
            ?? (legacy.allSatisfy(\.managers.isEmpty) ? nil : "rules of iptables-legacy are not compared")
        // What is lost could be theirs.
        if doubt != nil { return }
        do throws(KernelError) {
            add(try Reload.trying(loaded, in: plan), of: ruleset)
        } catch { doubt = error.description }
    }

    private mutating func add(_ reload: Reload, of ruleset: Ruleset) {
        let difference = reload.difference
        if let gap = reload.gap {
            doubt = "the sandbox lacks \(gap.what): \(gap.why)"
            return
        }
        let owned = Set(ruleset.ownedTables.map { "table \($0)" })
        if let table = difference.goneTables.first(where: {
            !FixNames.tables.contains($0.name) && !owned.contains($0.description)
                && ruleset.maker(asItRuns: $0) == nil
        }) {
            doubt = doubt ?? "no file that is loaded here has \(table): another program may make it"
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
