import Addresses
import Conntrack
import Firewall
import IPVS

extension Window {
    /// Those that came to the packet filter for a service; nil if they were not counted.
    var packets: UInt64? {
        traffic.value?.subjects.reduce(into: Volume()) { $0 += $1.traffic.reached }.packets
    }
}

extension DirectorFacts {
    /// The packets of the services, as far as they were counted.
    var traffic: Observation? { window?.traffic.value }

    /// What they show of the services themselves: other ports of their addresses are nobody's.
    func observed(_ id: Finding.ID) -> [Finding] {
        guard let traffic else { return [] }
        return traffic.subjects.flatMap(traffic.findings(about:)).filter { $0.id == id }.map { finding in
            var finding = finding
            if finding.isTrouble, finding.remedies.isEmpty { finding.remedies = [.observe] }
            return finding
        }
    }

    /// Whether packets like those of a trial came, and were dropped; nil if none was.
    func confirmation(of drops: TrialDrops) -> TrialDrops.Confirmation? {
        guard let traffic else { return nil }
        let classes = Set(drops.probes.map(\.packetClass))
        var found = TrialDrops.Confirmation(seconds: max(1, (traffic.milliseconds + 500) / 1000))
        for observed in traffic.subjects {
            guard let service = observed.subject.service?.identity, drops.services.contains(service) else { continue }
            let lost = observed.traffic.droppedEntering.filter {
                classes.contains($0.packetClass) && drops.ctstates.contains($0.ctstate)
            }
            found.dropped += lost.packets
            found.packets += max(observed.traffic.total(at: .preRouting).packets, observed.traffic.reached.packets)
            let culprits = (traffic.blame ?? []).filter { blame in
                blame.dropped.keys.contains { kind in
                    kind.isTo(observed.subject) && lost.contains(where: kind.isLike)
                }
            }
            found.rules.formUnion(culprits.map(\.rule))
        }
        return found.dropped > 0 ? found : nil
    }

    /// Drops of packets whose connections bypass the director, of kinds of which a trial saw none dropped.
    func unpredictedDrops(
        _ id: Finding.ID, _ severity: Finding.Severity, _ isCounted: DroppedKind
    ) -> [Finding] {
        // What is dropped for a client or a rate is among INVALID packets, too, and no fault of the rules for NEW.
        let sources = id == .acksDropped ? observed(id) : observed(.invalidDropped) + observed(.acksDropped)
        return sources.compactMap { finding in
            guard case .drops(var drops) = finding.context, case .service(let service) = finding.subject else {
                return nil
            }
            drops.groups.removeAll { !isCounted($0.packetClass, $0.ctstate) }
            let predicted = predictedDrops(of: service, isCounted)
            guard drops.groups.contains(where: { !predicted.contains($0.packetClass) }) else { return nil }
            return Finding(id, severity, finding.subject, drops.evidence, context: .drops(drops), finding.remedies)
        }
    }

    private func predictedDrops(of service: Service.Identity, _ isCounted: DroppedKind) -> Set<PacketClass> {
        guard let trial = trial.value, !trial.lacksRules else { return [] }
        let outcomes = trial.services.filter { $0.service == service && $0.origin != nil }.flatMap(\.outcomes)
        let dropped = outcomes.filter { probe, outcome in
            outcome.droppingRule != nil && isCounted(probe.packetClass, outcome.ctstate)
        }
        return Set(dropped.map(\.probe.packetClass))
    }
}
