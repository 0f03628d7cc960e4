import Addresses
import Conntrack
import Firewall
import IPVS

/// What the packet filter does to packets of connections whose answers bypass the director, tried in the sandbox.
///
/// Sources: `tcp_new` (net/netfilter/nf_conntrack_proto_tcp.c), `nf_conntrack_inet_error` (nf_conntrack_proto_icmp.c), `ip_vs_ops4`
/// (net/netfilter/ipvs/ip_vs_core.c): the filter at LOCAL_IN comes before IPVS.
extension Check {
    static let filterChecks = [
        Check(
            .invalidDropped, .error, "FINs, RSTs, ACKs or SCTP to DR and TUN services that the packet filter drops",
            needs: [.trial], concerns: isTried
        ) { facts in
            facts.filtered(.invalidDropped, { $0.packetClass != .icmpError }, .endsAndErrors) { drops in
                // Without ACKs nothing is served; without FINs and RSTs it is, and connections remain.
                drops.confirmation != nil || drops.probes.contains(where: \.isVital) ? .error : .warning
            } + facts.unpredictedDrops(.invalidDropped, .error) { $0 != .icmpError }
        },
        Check(
            .icmpDropped, .warning, "ICMP errors about DR and TUN services that the packet filter drops",
            needs: [.trial], concerns: isTried
        ) { facts in
            facts.filtered(.icmpDropped, { $0.packetClass == .icmpError && !$0.isPacketTooBig }, .errors) { _ in
                .warning
            } + facts.unpredictedDrops(.icmpDropped, .warning) { $0 == .icmpError }
        },
        Check(
            .packetTooBigDropped, .error, "ICMPv6 packet-too-big to DR and TUN services that the packet filter drops",
            needs: [.trial], concerns: { isTried($0) && $0.identity.family == .ipv6 }
        ) { facts in
            // Counters do not tell it from other errors.
            facts.filtered(.packetTooBigDropped, \.isPacketTooBig, .errors, isCountedAlone: false) { _ in .error }
        },
    ]

    @Sendable private static func isTried(_ service: Service) -> Bool {
        service.hasMethod(\.answersBypassDirector)
    }
}

extension Probe {
    /// Routers do not fragment IPv6: without this error a connection hangs.
    fileprivate var isPacketTooBig: Bool { packet == .icmpv6(ICMPv6Type(rawValue: 2)) }
}

extension DirectorFacts {
    fileprivate func filtered(
        _ id: Finding.ID, _ isCounted: (Probe) -> Bool, _ accepted: Remedy.Accepted, isCountedAlone: Bool = true,
        severity: (TrialDrops) -> Finding.Severity
    ) -> [Finding] {
        guard let trial = trial.value else { return [] }
        let tried = Set(knownServices.filter { $0.hasMethod(\.answersBypassDirector) }.map(\.identity))
        return trial.drops(of: tried.contains, { !$1.isAnswer && isCounted($1) }).map { drops in
            var drops = drops
            drops.confirmation = isCountedAlone ? confirmation(of: drops) : nil
            var address: IPAddress?
            if drops.services.count == 1, case .address(_, let endpoint) = drops.services[0] {
                address = endpoint.address
            }
            return Finding(
                id, severity(drops), drops.services.subject,
                [.init("services", drops.services.count), .init("kinds_dropped", drops.probes.count)]
                    + (drops.confirmation?.evidence ?? []),
                context: .trial(drops), remedies(drops, accepted, to: address))
        }
    }

    /// ACKs are dropped because of a setting, which comes first.
    private func remedies(_ drops: TrialDrops, _ accepted: Remedy.Accepted, to address: IPAddress?) -> [Remedy] {
        var remedies: [Remedy] = []
        if drops.probes.contains(where: { $0.packetClass == .ack }) {
            if sysctls.number(Sysctls.tcpLoose) == 0 { remedies.append(.set([.init(Sysctls.tcpLoose, 1)])) }
            if sysctls.number(Sysctls.ipvsConntrack) == 1 {
                remedies.append(methodMix.againstConfirming(drops.services))
            }
        }
        let isSCTP = drops.probes.contains { $0.packetClass == .sctp }
        if drops.ctstates.contains(.invalid) {
            remedies.append(.accept(isSCTP ? .associations : accepted, to: address))
        }
        // It tries the director's own filter, not files in its place.
        remedies.append(given == nil ? .advise : .readManual)
        if drops.confirmation == nil { remedies.append(.observe) }
        return remedies.withoutRepeats
    }
}

extension TrialDrops.Confirmation {
    fileprivate var evidence: [Finding.Evidence] {
        [.init(Drops.evidenceName, dropped), .init("packets", packets), .init("seconds", seconds)]
    }
}
