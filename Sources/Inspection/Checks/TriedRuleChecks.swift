import Addresses
import Conntrack
import Firewall
import IPVS

/// Rules that were meant for other packets than those that conntrack takes for new here, or only for a part of them. Tried in the sandbox.
///
/// Sources: `tcp_new` (net/netfilter/nf_conntrack_proto_tcp.c), `nf_conntrack_inet_error` (nf_conntrack_proto_icmp.c).
extension Check {
    static let triedRuleChecks = [
        Check(
            .newLimit, .warning, "a limit for new connections that counts every packet of DR and TUN connections",
            needs: [.trial], concerns: isTriedTCP
        ) { facts in
            guard let trial = facts.trial.value, !trial.lacksRules else { return [] }
            var found: [(rules: [DroppingRule], sent: Int, services: [Service.Identity])] = []
            for service in facts.tried(isTriedTCP) {
                guard let burst = service.burst, let drop = burst.limitingRule else { continue }
                let rules = [drop] + burst.limits.filter { $0 != drop }
                if let place = found.firstIndex(where: { $0.rules == rules }) {
                    found[place].services = (found[place].services + [service.service]).withoutRepeats
                } else {
                    found.append((rules, burst.sent, [service.service]))
                }
            }
            return found.map { rules, sent, services in
                Finding(
                    .newLimit, .warning, services.subject,
                    [.init("services", services.count), .init("acks_before", sent)],
                    context: .named(.init(services: services, names: rules.map(trial.words))),
                    [.limitOpening, .observe])
            }
        },
        Check(
            .notrackHalf, .warning, "services that are exempt from conntrack, but not all of their packets",
            needs: [.trial], concerns: { $0.hasMethod(\.answersBypassDirector) }
        ) { facts in
            guard let trial = facts.trial.value, !trial.lacksRules else { return [] }
            let tried = facts.tried { $0.hasMethod(\.answersBypassDirector) }
            let exempt = tried.filter(\.isExempt)
            let half = tried.filter { service in
                service.isExempt
                    ? service.dropsInvalid { $0 == .icmpError }
                    : service.dropsInvalid { $0 != .icmpError } && exempt.contains { $0.isTwin(of: service) }
            }.map(\.service).withoutRepeats
            guard !half.isEmpty else { return [] }
            return [
                Finding(
                    .notrackHalf, .warning, half.subject,
                    [
                        .init("services", half.count),
                        .init("without_errors", half.count { one in exempt.contains { $0.service == one } }),
                    ], context: .named(.init(services: half)), [.notrackAll(half), .readManual])
            ]
        },
        // IPVS gives answers the service's address after the filter at FORWARD (`ip_vs_ops4`, net/netfilter/ipvs/ip_vs_core.c).
        Check(
            .forwardPolicy, .error, "answers of NAT services that FORWARD drops, though conntrack knows them",
            needs: [.answers, .sysctl(Sysctls.ipvsConntrack)], concerns: isNAT
        ) { facts in
            // With 0 conntrack does not know them, which is another check's.
            guard let trial = facts.trial.value, facts.sysctls.number(Sysctls.ipvsConntrack) ?? 0 != 0 else {
                return []
            }
            let services = Set(facts.knownServices.filter(isNAT).map(\.identity))
            return trial.drops(of: services.contains) { _, probe, _ in probe.isAnswer }.map { drops in
                Finding(
                    .forwardPolicy, drops.probes.contains(where: \.isVital) ? .error : .warning,
                    drops.services.subject,
                    [.init("services", drops.services.count), .init("kinds_dropped", drops.probes.count)],
                    context: .trial(drops), [.acceptForwarded(drops.rules.first?.place), .observe])
            }
        },
        // `ip_vs_update_conntrack` (ip_vs_nfct.c) and `ip_vs_ftp_out` (ip_vs_ftp.c) leave untracked packets alone.
        Check(
            .notrackNAT, .error, "NAT services that are exempt from conntrack, and need it",
            needs: [.trial], concerns: isNAT
        ) { facts in
            guard let trial = facts.trial.value, !trial.lacksRules else { return [] }
            let exempt = facts.tried(isNAT).filter(\.isExempt)
            let ftp = facts.knownServices.filter { service in
                service.isFTP && exempt.contains { $0.service == service.identity }
            }.map(\.identity)
            let hurt = exempt.filter { tried in
                !ftp.contains(tried.service) && tried.answers.contains { $0.dropsInvalid }
            }.map(\.service)
            return [(ftp, true), (hurt, false)].filter { !$0.0.isEmpty }.map { services, isFTP in
                Finding(
                    .notrackNAT, .error, services.subject,
                    [.init("services", services.count), .init("ftp", isFTP ? 1 : 0)],
                    context: .named(.init(services: services)), [.track(services), .observe])
            }
        },
    ]

    @Sendable private static func isNAT(_ service: Service) -> Bool {
        service.hasMethod { $0 == .nat } && Probe.opening(of: service.identity) != nil
    }

    @Sendable private static func isTriedTCP(_ service: Service) -> Bool {
        service.mayBeTCP && service.hasMethod(\.answersBypassDirector)
    }
}

extension DirectorFacts {
    /// What was tried of the services that are meant.
    fileprivate func tried(_ isMeant: (Service) -> Bool) -> [ServiceTrial] {
        let identities = Set(knownServices.filter(isMeant).map(\.identity))
        return (trial.value?.services ?? []).filter { identities.contains($0.service) }
    }
}

extension ServiceTrial {
    /// What opens a connection is not tracked.
    fileprivate var isExempt: Bool { isReachable && opening?.ctstate == .untracked }

    fileprivate func dropsInvalid(_ isMeant: (PacketClass) -> Bool) -> Bool {
        outcomes.contains { probe, outcome in
            isMeant(probe.packetClass) && outcome.ctstate == .invalid && outcome.droppingRule != nil
        }
    }

    /// Whether it is the same service for the other address family.
    fileprivate func isTwin(of other: ServiceTrial) -> Bool {
        guard case .address(let one, let here) = service, case .address(let another, let there) = other.service else {
            return false
        }
        return one == another && here.port == there.port && here.address.family != there.address.family
    }
}

extension AnswerTrial {
    fileprivate var dropsInvalid: Bool {
        outcomes.contains { $0.outcome.ctstate == .invalid && $0.outcome.droppingRule != nil }
    }
}

extension Trial {
    /// Where a rule is, and what it says.
    func words(of rule: DroppingRule) -> String {
        if rule.isPolicy { return "the policy of \(rule)" }
        guard case .known(let statement, _)? = rules[rule] else { return rule.description }
        return "\(rule) (\(statement))"
    }
}
