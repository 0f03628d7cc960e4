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
            facts.filtered(.invalidDropped, isOther, .endsAndErrors) { drops in
                // Without ACKs nothing is served; without FINs and RSTs it is, and connections remain.
                drops.confirmation != nil || drops.probes.contains(where: \.isVital) ? .error : .warning
            } + facts.unpredictedDrops(.invalidDropped, .error, isOther)
        },
        Check(
            .acksDropped, .error, "ACKs to DR and TUN services that the packet filter drops as NEW", needs: [.trial],
            concerns: { isTried($0) && $0.mayBeTCP }
        ) { facts in
            facts.filtered(.acksDropped, isNewACK, .endsAndErrors) { _ in .error }
                + facts.unpredictedDrops(.acksDropped, .error, isNewACK)
        },
        Check(
            .icmpDropped, .warning, "ICMP errors about DR and TUN services that the packet filter drops",
            needs: [.trial], concerns: isTried
        ) { facts in
            facts.filtered(.icmpDropped, isError, among: { !$0.isPacketTooBig }, .errors) { _ in .warning }
                + facts.unpredictedDrops(.icmpDropped, .warning, isError)
        },
        Check(
            .packetTooBigDropped, .error, "ICMPv6 packet-too-big to DR and TUN services that the packet filter drops",
            needs: [.trial], concerns: { isTried($0) && $0.identity.family == .ipv6 }
        ) { facts in
            // Counters do not tell it from other errors.
            facts.filtered(
                .packetTooBigDropped, isError, among: \.isPacketTooBig, .errors, isCountedAlone: false
            ) { _ in .error }
        },
    ]

    @Sendable private static func isTried(_ service: Service) -> Bool {
        service.hasMethod(\.answersBypassDirector)
    }

    private static let isError: DroppedKind = { packetClass, _ in packetClass == .icmpError }
    private static let isNewACK: DroppedKind = { $0 == .ack && $1 == .new }
    private static let isOther: DroppedKind = { !isError($0, $1) && !isNewACK($0, $1) }
}

/// Whether packets of a class that were dropped with a ctstate are among those that a check is about.
typealias DroppedKind = @Sendable (PacketClass, CTState?) -> Bool

extension Probe {
    /// Routers do not fragment IPv6: without this error a connection hangs.
    fileprivate var isPacketTooBig: Bool { packet == .icmpv6(ICMPv6Type(rawValue: 2)) }
}

extension DirectorFacts {
    fileprivate func filtered(
        _ id: Finding.ID, _ isCounted: DroppedKind, among isMeant: (Probe) -> Bool = { _ in true },
        _ accepted: Remedy.Accepted, isCountedAlone: Bool = true, severity: (TrialDrops) -> Finding.Severity
    ) -> [Finding] {
        guard let trial = trial.value else { return [] }
        let tried = Set(knownServices.filter { $0.hasMethod(\.answersBypassDirector) }.map(\.identity))
        let found = trial.drops(of: tried.contains) { _, probe, outcome in
            !probe.isAnswer && isMeant(probe) && isCounted(probe.packetClass, outcome.ctstate)
        }
        return found.map { drops in
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

    private func remedies(_ drops: TrialDrops, _ accepted: Remedy.Accepted, to address: IPAddress?) -> [Remedy] {
        let exempt = drops.services.filter(losesNewACKs)
        var remedies: [Remedy] = exempt.isEmpty ? [] : [.exempt(exempt)]
        // What is not tracked is neither NEW nor INVALID.
        if exempt.count < drops.services.count { remedies += whileTracked(drops, accepted, to: address) }
        // It tries the director's own filter, not files in its place.
        remedies.append(given == nil ? .advise : .readManual)
        if drops.confirmation == nil { remedies.append(.observe) }
        return remedies.withoutRepeats
    }

    /// ACKs that are INVALID are so because of a setting, which comes first.
    private func whileTracked(_ drops: TrialDrops, _ accepted: Remedy.Accepted, to address: IPAddress?) -> [Remedy] {
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
        return remedies
    }

    /// Whether a service's ACKs are dropped as NEW in the sandbox: accepting what is INVALID does not help it.
    private func losesNewACKs(_ service: Service.Identity) -> Bool {
        (trial.value?.services ?? []).filter { $0.service == service }.flatMap(\.outcomes).contains { probe, outcome in
            probe.packetClass == .ack && outcome.ctstate == .new && outcome.droppingRule != nil
        }
    }
}

extension TrialDrops.Confirmation {
    fileprivate var evidence: [Finding.Evidence] {
        [.init(Drops.evidenceName, dropped), .init("packets", packets), .init("seconds", seconds)]
    }
}
