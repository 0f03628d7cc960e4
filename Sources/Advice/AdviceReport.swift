import Addresses
import Firewall
import Inspection

/// What to do about the findings of a director.
package struct AdviceReport: Snapshot, Equatable, Sendable {
    package var origin: Origin
    package var sysctls: Sysctls
    package var losses: [Loss]
    /// Who makes the rules of the packet filter.
    package var managers: [FirewallManager]
    /// Worst first.
    package var findings: [Finding]
    /// How the packet filter was tried; nil if it was not.
    package var sandbox: SandboxSummary?
    /// The checks that could not be made, and could have found something that has to be done.
    package var unread: [CheckReport.NotMade]
    /// Best first. Those of the packet filter end the same findings.
    package var fixes: [Fix]
    /// Kinds of fixes that do not do here, and why.
    package var obstacles: [Obstacle]

    package struct Obstacle: Equatable, Sendable {
        package var kind: Fix.Kind
        package var why: String

        package init(_ kind: Fix.Kind, _ why: String) { (self.kind, self.why) = (kind, why) }
    }

    /// - Parameter checks: of which the findings and losses are.
    package init(_ checks: CheckReport, managers: [FirewallManager]) {
        origin = checks.origin
        sysctls = checks.sysctls
        losses = checks.losses
        findings = checks.findings
        sandbox = checks.sandbox
        unread = checks.unread(from: .warning)
        self.managers = managers
        fixes = []
        obstacles = []
        if let fix = settingsFix(beside: []) { fixes.append(fix) }
    }

    /// Adds fixes of the packet filter, which come before that of settings.
    ///
    /// - Parameter settings: those that these fixes set, or make irrelevant.
    package mutating func add(_ filterFixes: [Fix], obstacles: [Obstacle], settings: [Remedy.Setting]) {
        let others = findings.filter { !$0.isOfRules && $0.isTrouble }
        fixes = filterFixes.map { fix in
            var fix = fix
            let ended = others.filter { $0.needsOnly(settings) || fix.kind == .notrack && $0.needsNotrack }
            fix.findings += ended.map(\.id).withoutRepeats
            return fix
        }
        self.obstacles = obstacles
        if let fix = settingsFix(beside: filterFixes.isEmpty ? [] : settings) { fixes.append(fix) }
    }

    /// Settings and modules that findings ask for, unless they are merely worth knowing.
    private func settingsFix(beside others: [Remedy.Setting]) -> Fix? {
        let fixable = findings.filter { !$0.isOfRules && $0.isTrouble }
        let remedies = fixable.flatMap(\.remedies)
        let settings = remedies.settings.filter { !others.contains($0) }
        let modules = remedies.compactMap { if case .loadModule(let name) = $0 { name } else { nil } }.withoutRepeats
        guard !settings.isEmpty || !modules.isEmpty else { return nil }
        let script = SettingScript(settings: settings, sysctls: sysctls, modules: modules)
        let fixed = fixable.filter { finding in
            finding.remedies.settings.contains(where: settings.contains) || finding.remedies.loadsModule
        }
        return Fix(
            .settings, fixed.map(\.id).withoutRepeats, apply: script.apply, persist: script.persist, undo: script.undo,
            proof: Proof(.unproven("what they change is not in the sandbox")))
    }

    /// Findings that no fix is for.
    package var unfixed: [Finding] {
        let fixed = Set(fixes.flatMap(\.findings))
        return findings.filter { !fixed.contains($0.id) && $0.isTrouble }
    }

    /// The fix to apply: the one asked for; or the best one, if it is proven, with that of settings.
    package func chosen(_ kind: Fix.Kind?) -> [Fix] {
        if let kind { return fixes.filter { $0.kind == kind } }
        return [fixes.first { $0.proof.result == .proven }, fixes.first { $0.kind == .settings }].compactMap(\.self)
    }
}

extension Finding {
    fileprivate func needsOnly(_ settings: [Remedy.Setting]) -> Bool {
        let own = remedies.settings
        return !own.isEmpty && own.allSatisfy(settings.contains)
    }

    fileprivate var needsNotrack: Bool {
        remedies.contains { if case .notrack = $0 { true } else { false } }
    }
}

extension [Remedy] {
    fileprivate var loadsModule: Bool {
        contains { if case .loadModule = $0 { true } else { false } }
    }

    /// What can be set, each once.
    package var settings: [Remedy.Setting] {
        flatMap { remedy -> [Remedy.Setting] in if case .set(let settings) = remedy { settings } else { [] } }
            .withoutRepeats
    }
}
