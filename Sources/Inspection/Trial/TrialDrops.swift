import Conntrack
import Firewall
import IPVS

/// Packets of some services that the director's packet filter dropped in the sandbox, all of them alike.
package struct TrialDrops: Equatable, Sendable {
    package var services: [Service.Identity]
    /// What the packets were for of services by mark.
    package var targets: [Service.Identity] = []
    /// Each once, in the order in which they were sent; answers last.
    package var probes: [Probe]
    package var ctstates: Set<CTState>
    package var rules: [Rule]
    /// Where those of the first service came from.
    package var origin: ProbeOrigin
    /// Of the kernel that judged.
    package var kernelRelease: String
    /// What came of traffic; nil if none like it was seen to be dropped.
    package var confirmation: Confirmation?

    /// Packets like those of the trial, counted while the director was watched.
    package struct Confirmation: Equatable, Sendable {
        /// For how long they were counted.
        package var seconds: UInt64
        package var dropped: UInt64 = 0
        /// All that came to the packet filter for these services.
        package var packets: UInt64 = 0
        /// Those that traces, which are only some, showed to drop them.
        package var rules: Set<DroppingRule> = []

        package init(seconds: UInt64) { self.seconds = seconds }
    }

    package struct Rule: Equatable, Sendable {
        package var place: DroppingRule
        package var text: RuleText
    }
}

extension Trial {
    /// By what was dropped and by which rules, so that many services behind one rule are one finding.
    ///
    /// - Parameters:
    ///   - isMeant: of a service.
    ///   - isCounted: of a packet and what became of it.
    func drops(
        of isMeant: (Service.Identity) -> Bool, _ isCounted: (Service.Identity, Probe, ProbeOutcome) -> Bool
    ) -> [TrialDrops] {
        var found: [TrialDrops] = []
        if lacksRules { return [] }
        for service in services where isMeant(service.service) {
            guard let origin = service.origin else { continue }
            let dropped = service.laterOutcomes.filter {
                $0.outcome.droppingRule != nil && isCounted(service.service, $0.probe, $0.outcome)
            }
            guard !dropped.isEmpty else { continue }
            var places: [DroppingRule] = []
            for rule in dropped.compactMap(\.outcome.droppingRule) where !places.contains(rule) { places.append(rule) }
            let drops = TrialDrops(
                services: [service.service], targets: service.target == service.service ? [] : [service.target],
                probes: dropped.map(\.probe).withoutRepeats,
                ctstates: Set(dropped.compactMap(\.outcome.ctstate)),
                rules: places.map { .init(place: $0, text: rules[$0] ?? .unknown("it was not read")) }, origin: origin,
                kernelRelease: kernelRelease)
            if let place = found.firstIndex(where: { $0.isAlike(drops) }) {
                found[place].services = (found[place].services + drops.services).withoutRepeats
                found[place].targets += drops.targets
            } else {
                found.append(drops)
            }
        }
        return found
    }

    /// Why what the trial does not show proves nothing; nil if it does prove something.
    package var doubt: String? {
        if let first = missing.first {
            return "the sandbox lacks " + (missing.count == 1 ? "" : "\(missing.count) things, ")
                + "\(first.what): \(first.why)"
        }
        let unreachable = services.filter { !$0.isReachable }
        if let first = unreachable.first {
            return "\(unreachable.count == 1 ? "" : "of \(unreachable.count) services, ")\(first.service) "
                + "was not reached in the sandbox: \(first.reason)"
        }
        let vague = services.flatMap(\.laterOutcomes).filter { $0.outcome.isVague }
        guard let first = vague.first else { return nil }
        if case .unknown(let why) = first.outcome.end {
            return "what became of some packets in the sandbox (\(vague.count)) is not known: \(why)"
        }
        return "what became of some packets in the sandbox (\(vague.count)) is not known: no rule was seen to drop "
            + "them, and they did not arrive"
    }
}

extension Finding {
    /// Services whose packets were dropped in the sandbox.
    package var triedServices: [Service.Identity] {
        if case .trial(let drops) = context { drops.services } else { [] }
    }

    /// Whether rules that accept these packets would end it. What NAT lacks is entries.
    package var isOfRules: Bool { !triedServices.isEmpty && id != .vsConntrackNAT && id != .localAnswersDropped }
}

extension TrialDrops {
    fileprivate func isAlike(_ other: TrialDrops) -> Bool {
        probes == other.probes && ctstates == other.ctstates && rules == other.rules
    }
}

extension ProbeOutcome {
    fileprivate var isVague: Bool {
        switch end {
        case .passed, .dropped: false
        case .lost, .unknown: true
        }
    }
}

extension ServiceTrial {
    fileprivate var reason: String {
        if let obstacle { return obstacle }
        return switch opening?.end {
        case .dropped(let rule): "what opens a connection is dropped by \(rule)\(rule.advice)"
        case .unknown(let why): why
        case .lost: "what opens a connection did not arrive, and no rule was seen to drop it"
        case .passed, nil: "its packets are not tried"
        }
    }
}

extension DroppingRule {
    /// What to do about it, if it is a manager's, and drops what opens connections.
    fileprivate var advice: String {
        FirewallManager.advice(aboutChain: chain, inTable: table, areOpenings: true).map { " (\($0))" } ?? ""
    }
}
