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
                drops.probes.contains(where: \.isVital) ? .error : .warning
            }
        },
        Check(
            .icmpDropped, .warning, "ICMP errors about DR and TUN services that the packet filter drops",
            needs: [.trial], concerns: isTried
        ) { facts in
            facts.filtered(.icmpDropped, { $0.packetClass == .icmpError && !$0.isPacketTooBig }, .errors) { _ in
                .warning
            }
        },
        Check(
            .packetTooBigDropped, .error, "ICMPv6 packet-too-big to DR and TUN services that the packet filter drops",
            needs: [.trial], concerns: { isTried($0) && $0.identity.family == .ipv6 }
        ) { facts in
            facts.filtered(.packetTooBigDropped, \.isPacketTooBig, .errors) { _ in .error }
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
        _ id: Finding.ID, _ isCounted: (Probe) -> Bool, _ accepted: Remedy.Accepted,
        severity: (TrialDrops) -> Finding.Severity
    ) -> [Finding] {
        guard let trial = trial.value else { return [] }
        let tried = Set(knownServices.filter { $0.hasMethod(\.answersBypassDirector) }.map(\.identity))
        return trial.drops(of: tried.contains, { !$1.isAnswer && isCounted($1) }).map { drops in
            var address: IPAddress?
            if drops.services.count == 1, case .address(_, let endpoint) = drops.services[0] {
                address = endpoint.address
            }
            return Finding(
                id, severity(drops), drops.services.subject,
                [.init("services", drops.services.count), .init("kinds_dropped", drops.probes.count)],
                context: .trial(drops), remedies(drops, accepted, to: address))
        }
    }

    /// ACKs are dropped because of a setting, which comes first.
    private func remedies(_ drops: TrialDrops, _ accepted: Remedy.Accepted, to address: IPAddress?) -> [Remedy] {
        var remedies: [Remedy] = []
        if drops.probes.contains(where: { $0.packetClass == .ack }) {
            if sysctls.number(Sysctls.tcpLoose) == 0 { remedies.append(.set([.init(Sysctls.tcpLoose, 1)])) }
            if sysctls.number(Sysctls.ipvsConntrack) == 1 {
                remedies.append(MethodMix(knownServices).againstConfirming(drops.services))
            }
        }
        let isSCTP = drops.probes.contains { $0.packetClass == .sctp }
        if drops.ctstates.contains(.invalid) {
            remedies.append(.accept(isSCTP ? .associations : accepted, to: address))
        }
        return (remedies + [.observe, .readManual]).withoutRepeats
    }
}
