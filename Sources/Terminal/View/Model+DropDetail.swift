import Conntrack
import Firewall
import Inspection
import Reports

/// Details of lost packets: exactly how many, and the whole of each rule.
extension Model {
    var dropDetail: [Line] {
        guard let drop = drops.selected else { return goneDrop }
        var lines = identityFacts(drop.identity)
        lines += fact("lost", lost(drop) + dropSpan)
        lines += fact(
            "rate",
            drop.rate.map { "\(Figures.fullRate($0)) packets per second" }
                ?? "not known before the counters are read again")
        lines += ruleFacts(drop.rules)
        for finding in director.findings where finding.isAbout(drop) {
            lines += fact("finding", "\(finding.id.rawValue): \(finding.reason)", .strong)
            if let step = finding.remedies.nextStep(observing: howToObserve) { lines += fact("next step", step) }
        }
        return lines
    }

    private var goneDrop: [Line] {
        guard let identity = drops.chosen else { return noRow }
        return identityFacts(identity) + fact("gone", "no such packet was lost\(dropSpan)", .odd)
    }

    private func lost(_ drop: ObservedDrop) -> String {
        // Bytes are not recorded.
        isRecord
            ? Figures.number(Int(clamping: drop.volume.packets), "packet")
            : Figures.volume(drop.volume.packets, drop.volume.bytes)
    }

    private func identityFacts(_ identity: ObservedDrop.Identity) -> [Line] {
        let side = identity.point.map { " (\($0.side.title))" } ?? ""
        let seen = identity.point.map { "; last seen at \($0.name)" } ?? ""
        return fact("packets", "\(identity.packetClass.title)\(side), \(names.full(identity.owner))")
            + fact("ctstate", identity.ctstate.name) + fact("hook", identity.place.title + seen)
    }

    /// What counts are about.
    private var dropSpan: String {
        if let recorded = director.observation.recorded { return " in \(AgeText.of(recorded.seconds))" }
        return director.observation.window.map { " in \(AgeText.of(UInt32(clamping: $0.milliseconds / 1000)))" } ?? ""
    }

    /// What rules have counted in the same minute: of which packets is not recorded.
    private var recordedRules: [Line] {
        let rules = director.observation.recorded?.rules ?? []
        if rules.isEmpty { return fact("rule", "none is recorded to have dropped any") }
        return rules.flatMap { rule in
            fact("rule", "\(rule.place): \(Figures.number(Int(clamping: rule.packets), "packet")) of any destination")
        }
    }

    private func ruleFacts(_ rules: ObservedDrop.Rules) -> [Line] {
        if rules == .notRecorded { return recordedRules }
        let isPossible = if case .possible = rules { true } else { false }
        guard !rules.known.isEmpty else { return fact("rule", rules.title) }
        let doubt = fact("", "perhaps: the headers of these packets do not show whose they were", .caution)
        return rules.known.flatMap { blame in ruleFacts(blame) } + (isPossible ? doubt : [])
    }

    private func ruleFacts(_ blame: Blame) -> [Line] {
        let rule = blame.rule
        var lines: [Line]
        var hook = ""
        switch blame.text {
        case .known(let statement, let itsHook):
            lines = fact("rule", statement)
            if let itsHook { hook = ", hook \(itsHook)" }
        case .unknown(let why): lines = fact("rule", "its text is not known: \(why)")
        }
        let table = rule.isLegacy ? "\(rule.table) of \(rule.legacyProgram)" : "\(rule.family) \(rule.table)"
        lines += fact("", "table \(table), chain \(rule.chain), \(rule.decision.words)\(hook)")
        if let maker = blame.maker { lines += fact("", "made by \(maker.rawValue)") }
        let traced = Figures.number(blame.packets, "traced packet") + blame.dropped.classes
        return lines + fact("", "seen to drop \(traced)")
    }
}

extension DroppingRule {
    fileprivate var legacyProgram: String { family == .ip6 ? "ip6tables-legacy" : "iptables-legacy" }
}

extension DroppingRule.Decision {
    fileprivate var words: String {
        switch self {
        case .rule(let handle): "handle \(handle)"
        case .legacyRule(let number): "rule \(number)"
        case .policy, .legacyPolicy: "its policy"
        }
    }
}
