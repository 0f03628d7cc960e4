import Addresses
import Conntrack
import IPVS

/// Destinations that are the director itself: its answers leave by LOCAL_OUT and POST_ROUTING, tried in the sandbox.
extension Check {
    static let ownAnswerChecks = [
        // `ip_vs_send_or_cont` (net/netfilter/ipvs/ip_vs_xmit.c), `tcp_new` (net/netfilter/nf_conntrack_proto_tcp.c).
        Check(
            .localAnswersDropped, .error,
            "answers of the director itself, as a real server, that its packet filter drops",
            needs: [.ownTrial], concerns: { !$0.destinations.isEmpty }
        ) { facts in
            guard let trial = facts.trial.value else { return [] }
            return trial.drops(of: { _ in true }, { _, probe, _ in probe.sender == .director }).map { drops in
                Finding(
                    .localAnswersDropped, drops.probes.contains(where: \.isVital) ? .error : .warning,
                    drops.services.subject,
                    [
                        .init("services", drops.services.count), .init("kinds_dropped", drops.probes.count),
                    ], context: .trial(drops), facts.remediesForOwnAnswers(drops) + [.readManual])
            }
        }
    ]
}

extension DirectorFacts {
    /// Whether a destination is the director itself, as far as its network is known.
    func isOwn(_ destination: Destination) -> Bool {
        destination.method == .local || networkValue.paths[destination.endpoint.address]?.way == .local
    }

    /// Whether answers of a service bypass the director: of a destination that is the director itself none does, whatever its method.
    func bypasses(_ service: Service) -> Bool {
        service.destinations.contains { $0.method.answersBypassDirector && !isOwn($0) }
    }

    var methodMix: MethodMix { MethodMix(knownServices, isOwn: isOwn) }

    /// Entries make them ESTABLISHED, unless that makes the ACKs of others INVALID, whose answers bypass the director.
    fileprivate func remediesForOwnAnswers(_ drops: TrialDrops) -> [Remedy] {
        let isForSetting = drops.ctstates.contains(.invalid) && sysctls.number(Sysctls.ipvsConntrack) == 0
        return isForSetting ? methodMix.forOwnAnswers(of: drops.services) : [.acceptOwnAnswers(drops.services)]
    }

    /// Nil also if none of the destinations is the director itself.
    var lackOfOwnTrial: Lack? {
        let serving = knownServices.filter { $0.destinations.contains(where: isOwn) }
        if network.value != nil, serving.isEmpty { return nil }
        if let lack = trial.lack { return lack }
        // With entries they are like others.
        guard sysctls.number(Sysctls.ipvsConntrack) == 0 else { return nil }
        let untried = serving.first { service in
            !(trial.value?.services ?? []).contains { $0.service == service.identity && $0.hasOwnAnswers }
        }
        return untried.map { Lack("the director's own answers of \($0.identity) were not tried", isAbsence: false) }
    }
}

extension ServiceTrial {
    fileprivate var hasOwnAnswers: Bool {
        answers.contains { $0.outcomes.contains { $0.probe.sender == .director } }
    }
}
