import Firewall
import Inspection
import Netlink

/// What becomes of a director's rules when files are loaded again: tried in a sandbox that has a copy of them.
package struct Reload {
    package let difference: RulesetDifference
    /// Texts of what is gained, by its place among them.
    package let gainedTexts: [String]
    /// Those of the director that are lost, in the order of the difference, with its handles.
    package let lostRules: [DroppingRule?]
    /// Why it is not all of it; nil if it is.
    package let gap: Loss?

    /// So many texts are looked for; each chain takes milliseconds.
    private static let most = 20

    /// How long all files together may take to load, and who may end that early.
    package struct Budget {
        private let end = ContinuousClock.now + .seconds(20)
        private let isStopped: () -> Bool

        package init(isStopped: @escaping () -> Bool) { self.isStopped = isStopped }

        /// For the next file.
        fileprivate func left() throws(KernelError) -> Duration {
            let left = end - ContinuousClock.now
            if isStopped() || left <= .zero {
                let why = left <= .zero ? "they take too long" : "it was interrupted"
                throw KernelError("load the files of the packet filter", .stopped, detail: why)
            }
            return min(left, .seconds(10))
        }
    }

    /// Loads them in this order. Blocks for tens of milliseconds and as long as the programs take; needs what `Sandbox.run` needs.
    ///
    /// - Throws: also what is wrong with a file, or missing for it, as `RulesetLoader`.
    package static func trying(
        _ files: [RulesetFile], in plan: SandboxPlan, within budget: Budget
    ) throws(KernelError) -> Reload {
        try RulesetLoader.requirePrograms(for: files)
        _ = try budget.left()
        var plan = plan
        plan.ipvs = []
        return try Sandbox.run(plan) { sandbox throws(KernelError) in
            let kernel = LiveKernel()
            let before = try Ruleset(reading: kernel)
            for file in files { try RulesetLoader.load(file, isHosts: true, within: try budget.left()) }
            let difference = RulesetDifference(from: before, to: try Ruleset(reading: kernel))
            let texts = RuleCache()
            return Reload(
                difference: difference,
                gainedTexts: difference.gained.enumerated().map { number, change in
                    guard number < most, let rule = DroppingRule(change.object),
                        case .known(let text, _) = texts.text(of: rule, at: .now)
                    else { return change.text }
                    return text
                },
                lostRules: difference.lost.map { DroppingRule($0.object).map(sandbox.places.director) },
                gap: sandbox.lacksRules ? sandbox.missing.first : nil)
        }
    }
}

extension DroppingRule {
    /// Nil for a chain, which is none.
    fileprivate init?(_ object: RulesetObject) {
        guard let handle = object.handle else { return nil }
        self.init(
            family: object.family, table: object.table, chain: object.name, decision: .rule(handle: handle))
    }
}
