import Addresses
import IPVS

/// Settings of conntrack that do not suit the forwarding methods, if the packet filter drops INVALID.
///
/// Sources: `ip_vs_conn_new` (net/netfilter/ipvs/ip_vs_conn.c), `ip_vs_send_or_cont` and `ip_vs_nat_send_or_cont` (ip_vs_xmit.c),
/// `tcp_new` and `tcp_conntracks` (net/netfilter/nf_conntrack_proto_tcp.c); the lab shows each of them.
extension Check {
    static let trackingChecks = [
        Check(
            .vsConntrackDR, .warning, "net.ipv4.vs.conntrack=1 with DR or TUN, whose ACKs are then INVALID",
            needs: [.sysctl(Sysctls.ipvsConntrack)], concerns: isOneWayTCP
        ) { facts in
            guard let value = facts.sysctls.number(Sysctls.ipvsConntrack), value != 0 else { return [] }
            return facts.finding(
                .vsConntrackDR, of: { isOneWayTCP($0) && facts.bypasses($0) }, [.init("vs_conntrack", value)],
                [facts.methodMix.againstConfirming(), .observe, .readManual].withoutRepeats)
        },
        Check(
            .tcpLoose0, .warning, "nf_conntrack_tcp_loose=0 with DR or TUN, whose ACKs are then INVALID",
            needs: [.sysctl(Sysctls.tcpLoose)], concerns: isOneWayTCP
        ) { facts in
            guard facts.sysctls.number(Sysctls.tcpLoose) == 0 else { return [] }
            return facts.finding(
                .tcpLoose0, of: { isOneWayTCP($0) && facts.bypasses($0) }, [.init("tcp_loose", 0)],
                [.set([.init(Sysctls.tcpLoose, 1)]), .observe, .readManual])
        },
        Check(
            .vsConntrackNAT, .error, "net.ipv4.vs.conntrack=0 with NAT, whose answers are then INVALID at FORWARD",
            needs: [.sysctl(Sysctls.ipvsConntrack)], isBetterTried: true,
            concerns: { $0.hasMethod { $0 == .nat } }
        ) { facts in
            guard facts.sysctls.number(Sysctls.ipvsConntrack) == 0 else { return [] }
            // Those of the FTP helper are confirmed anyway (`ip_vs_ftp_init_conn` and `ip_vs_ftp_out`, ip_vs_ftp.c).
            let isHelped = facts.host.modules.value?.contains("ip_vs_ftp") ?? false
            let observed = facts.observed(.vsConntrackNAT)
            return observed
                + facts.unconfirmed { service in
                    service.hasMethod { $0 == .nat } && !(isHelped && service.isFTP)
                        && !observed.contains { $0.subject == .service(service.identity) }
                }
        },
        Check(
            .mixedMethods, .warning, "NAT beside DR or TUN: no value of net.ipv4.vs.conntrack suits both",
            needs: [], isBetterTried: true, concerns: { isOneWayTCP($0) || isNATTCP($0) }
        ) { facts in
            let services = facts.knownServices
            let translated = services.count(where: isNATTCP)
            let confirms = facts.sysctls.number(Sysctls.ipvsConntrack) ?? 0 != 0
            // The present value suits one kind, and is tried with the other.
            guard translated > 0,
                !(confirms
                    ? facts.isShown(unhurt: services.filter(isOneWayTCP), by: \.isVital)
                    : facts.isShown(unhurt: services.filter(isNATTCP)) { _ in true })
            else { return [] }
            let remedies = confirms ? facts.methodMix.exempting : facts.methodMix.forConfirming
            return facts.finding(
                .mixedMethods, of: { isOneWayTCP($0) && facts.bypasses($0) }, [.init("nat_services", translated)],
                remedies + [.readManual])
        },
        // `nf_conntrack_udp_packet` (net/netfilter/nf_conntrack_proto_udp.c), `ip_vs_nat_send_or_cont` (ip_vs_xmit.c)
        Check(
            .udpTimeout, .info, "UDP by NAT whose entries expire before IPVS's connections do",
            needs: [.configuration, .sysctl(Sysctls.ipvsConntrack), .sysctl(Sysctls.udpTimeout)],
            concerns: isLastingUDP
        ) { facts in
            guard facts.sysctls.number(Sysctls.ipvsConntrack) ?? 0 != 0,
                let entry = facts.sysctls.number(Sysctls.udpTimeout),
                let connection = facts.configuration.value?.timeouts.udp, connection > entry
            else { return [] }
            return facts.finding(
                .udpTimeout, .info, of: isLastingUDP,
                [.init("udp_timeout_seconds", connection), .init("entry_timeout_seconds", entry)], [])
        },
    ]

    @Sendable private static func isLastingUDP(_ service: Service) -> Bool {
        guard case .address(.udp, _) = service.identity else { return false }
        return service.hasMethod { $0 == .nat } && !service.flags.contains(.onePacket)
    }

    @Sendable private static func isOneWayTCP(_ service: Service) -> Bool {
        service.mayBeTCP && service.hasMethod(\.answersBypassDirector)
    }

    @Sendable private static func isNATTCP(_ service: Service) -> Bool {
        service.mayBeTCP && service.hasMethod { $0 == .nat }
    }
}

extension DirectorFacts {
    /// Whether each of these services was tried wholly, and packets that the setting changes pass.
    fileprivate func isShown(unhurt services: [Service], by isChanged: (Probe) -> Bool) -> Bool {
        guard case .known(let trial) = trial, !trial.lacksRules else { return false }
        return services.allSatisfy { service in
            guard let tried = trial.services.first(where: { $0.service == service.identity }), tried.isReachable,
                service.returningServers.isEmpty || !tried.answers.isEmpty
            else { return false }
            return tried.laterOutcomes.allSatisfy { !isChanged($0.probe) || $0.outcome.hasPassed }
        }
    }

    /// NAT services whose connections are not confirmed: what the packet filter drops of them in the sandbox. The setting alone is a warning
    /// where that was not tried.
    fileprivate func unconfirmed(_ isMeant: (Service) -> Bool) -> [Finding] {
        let services = knownServices.filter(isMeant)
        let remedies = methodMix.forConfirming + [.observe, .readManual]
        let proven = droppedOfNAT(services, remedies)
        var judged = Set(proven.flatMap(\.triedServices))
        if case .known(let trial) = trial {
            judged.formUnion(trial.services.filter { !$0.answers.isEmpty }.map(\.service))
        }
        return proven
            + finding(
                .vsConntrackNAT, of: { isMeant($0) && $0.mayBeTCP && !judged.contains($0.identity) },
                [.init("vs_conntrack", 0)], remedies)
    }

    private func droppedOfNAT(_ services: [Service], _ remedies: [Remedy]) -> [Finding] {
        guard let trial = trial.value else { return [] }
        let identities = Set(services.map(\.identity))
        // What clients send to the others, `invalid-dropped` has.
        let returning = Set(services.filter { !$0.hasMethod(\.answersBypassDirector) }.map(\.identity))
        let drops = trial.drops(of: identities.contains) { service, probe, _ in
            probe.sender == .realServer || probe.sender == .client && returning.contains(service)
        }
        return drops.map { drops in
            let answers = drops.probes.count(where: \.isAnswer)
            return Finding(
                .vsConntrackNAT, drops.probes.contains(where: \.isVital) ? .error : .warning, drops.services.subject,
                [
                    .init("vs_conntrack", 0), .init("services", drops.services.count),
                    .init("kinds_dropped", drops.probes.count), .init("answers_dropped", answers),
                ], context: .trial(drops), remedies)
        }
    }

    /// One finding about the services that are meant, if there are any.
    func finding(
        _ id: Finding.ID, _ severity: Finding.Severity = .warning, of isMeant: (Service) -> Bool,
        _ evidence: [Finding.Evidence], _ remedies: [Remedy]
    ) -> [Finding] {
        let services = knownServices.filter(isMeant).map(\.identity)
        guard !services.isEmpty else { return [] }
        return [
            Finding(
                id, severity, services.subject, evidence + [.init("services", services.count)],
                context: .named(.init(services: services)), remedies)
        ]
    }
}
