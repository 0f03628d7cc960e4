import Advice
import Firewall
import IPVS
import Inspection
import Netlink
import Sandbox

/// Finds the fixes of what a packet filter drops, and proves each in a sandbox.
package struct Advisor {
    /// What fixes are for, and what makes them: see `advice`.
    private let filter: FilterTrial
    private let trial: Trial
    private let planner: FixPlanner
    /// Without which ACKs are INVALID, too.
    package let settings: [Remedy.Setting]
    private let services: [Service]

    /// How often what a fix leaves dropped is added to it.
    private static let rounds = 4

    /// - Parameters:
    ///   - filter: after its trial.
    ///   - findings: of checks of the packet filter; others are left out.
    /// - Returns: nil if nothing is dropped that rules could accept.
    package init?(
        _ filter: FilterTrial, _ facts: DirectorFacts, _ findings: [Finding], format: FixFormat?
    ) {
        let filtered = findings.filter(\.isOfRules)
        let affected = filtered.flatMap(\.triedServices)
        guard let trial = facts.trial.value,
            let exemption = Exemption(
                trial.services.filter { affected.contains($0.service) }.map(\.target).inOrder)
        else { return nil }
        self.filter = filter
        self.trial = trial
        services = filter.services.filter { affected.contains($0.identity) }
        let ids = filtered.map(\.id).withoutRepeats
        settings = filtered.flatMap(\.remedies).settings
        planner = FixPlanner(exemption, ids, filter.ruleset, filter.legacyTables, facts.sysctls, format: format)
    }

    /// Each kind of fix, proven or not; and why there is none. Blocks for as long as some trials take.
    ///
    /// - Parameter wanted: nil for all kinds.
    package func advice(only wanted: Fix.Kind? = nil) -> (fixes: [Fix], obstacles: [AdviceReport.Obstacle]) {
        var fixes: [Fix] = []
        var obstacles: [AdviceReport.Obstacle] = []
        let finders = [(Fix.Kind.accept, accepting), (.notrack, untracking)].filter { (wanted ?? $0.0) == $0.0 }
        if finders.isEmpty { return (fixes, obstacles) }
        let before: BeforeFix
        do throws(KernelError) { before = try BeforeFix(trial, of: services, in: filter.plan) } catch {
            return (fixes, finders.map { .init($0.0, error.description) })
        }
        for (kind, find) in finders {
            switch find(before) {
            case .success(let fix): fixes.append(fix)
            case .failure(let obstacle): obstacles.append(.init(kind, obstacle.why))
            }
        }
        return (fixes, obstacles)
    }

    private func accepting(_ before: BeforeFix) -> Result<Fix, FixPlanner.Obstacle> {
        proven(after: before, isStrict: true, first: drops(of: trial)) { drops throws(FixPlanner.Obstacle) in
            try planner.accepting(before: drops, settings: settings)
        }
    }

    private func untracking(_ before: BeforeFix) -> Result<Fix, FixPlanner.Obstacle> {
        let mixed = services.filter { service in service.destinations.contains { !$0.method.answersBypassDirector } }
        if let service = mixed.first {
            return .failure(.init(why: "\(service.identity) has NAT destinations, too, which need tracking"))
        }
        return proven(after: before, isStrict: false, first: [:]) { rest throws(FixPlanner.Obstacle) in
            try planner.untracking(instead: drops(of: trial), thenBefore: rest)
        }
    }

    /// Adds what is still dropped until nothing is, or nothing new is.
    private func proven(
        after before: BeforeFix, isStrict: Bool, first: FixPlanner.Drops,
        _ plan: (FixPlanner.Drops) throws(FixPlanner.Obstacle) -> Fix
    ) -> Result<Fix, FixPlanner.Obstacle> {
        var drops = first
        var failure = "it does not help"
        do throws(FixPlanner.Obstacle) {
            for _ in 1...Self.rounds {
                var fix = try plan(drops)
                let (result, left) = tried(fix, after: before, isStrict: isStrict)
                switch result {
                case .success(let proof):
                    fix.proof = proof
                    return .success(fix)
                case .failure(let failed): failure = failed.why
                }
                let known = drops.count
                drops.merge(left) { first, _ in first }
                if drops.count == known { break }
            }
        } catch { return .failure(error) }
        return .failure(.init(why: failure))
    }

    private func tried(
        _ fix: Fix, after before: BeforeFix, isStrict: Bool
    ) -> (Result<Proof, Proof.Failure>, FixPlanner.Drops) {
        // Settings of IPVS are the plan's: without IPVS in the sandbox, its own table does what they do.
        let script = FixScript(
            apply: fix.apply.filter(Fix.canRunWithoutIPVS), undo: fix.undo.filter(Fix.canRunWithoutIPVS),
            isStrict: isStrict)
        var plan = filter.plan
        for setting in fix.kind == .accept ? settings : [] { plan.sysctls.values[setting.name] = "\(setting.value)" }
        do throws(KernelError) {
            let (proof, after) = try Proof.running(script, for: services, after: before, in: plan)
            return (proof.map(filter.completed), drops(of: after))
        } catch { return (.success(Proof(.unproven(error.description))), [:]) }
    }

    private func drops(of trial: Trial) -> FixPlanner.Drops {
        var drops: FixPlanner.Drops = [:]
        let affected = Set(services.map(\.identity))
        for outcome in trial.services.filter({ affected.contains($0.service) }).flatMap(\.clientOutcomes) {
            guard let gate = outcome.gate(in: filter.ruleset) else { continue }
            let text: String? = if case .known(let text, _) = trial.rules[gate] { text } else { nil }
            drops.updateValue(text, forKey: gate)
        }
        return drops
    }
}

extension [Service.Identity] {
    /// Each once.
    fileprivate var inOrder: [Service.Identity] { Set(self).sorted() }
}
