import Conntrack
import Firewall
import IPVS

/// Remedies for packets of a service being dropped as INVALID.
///
/// Source: `tcp_new` and `tcp_conntracks` (net/netfilter/nf_conntrack_proto_tcp.c), `ip_vs_send_or_cont` and `ip_vs_notrack`
/// (net/netfilter/ipvs/ip_vs_xmit.c).
struct TrafficRemedies {
    private let observed: Observed
    private let mix: MethodMix
    private let sysctls: Sysctls

    /// - Parameter services: all of the director's, as what is right for one may be wrong for another.
    init(_ observed: Observed, _ services: [Service], _ sysctls: Sysctls) {
        self.observed = observed
        self.sysctls = sysctls
        mix = MethodMix(services)
    }

    private var invalid: Set<PacketClass> { invalidClasses(at: .localIn) }

    private func invalidClasses(at point: ObservationPoint) -> Set<PacketClass> {
        Set(observed.traffic.dropped(at: point).filter { $0.cell.ctstate == .invalid }.map(\.cell.packetClass))
    }

    /// Whether the dropped packets include some that are INVALID only because answers bypass the director.
    var areInvalidPacketsOurs: Bool {
        observed.subject.methods.contains(where: \.answersBypassDirector)
            && !invalid.isDisjoint(with: [.ack, .fin, .rst, .icmpError])
    }

    var againstDrops: [Remedy] {
        guard areInvalidPacketsOurs else { return [] }
        let settings = forACKs
        // Without tracking nothing is INVALID any more.
        if settings.contains(where: \.isNotrack) { return settings + [.readManual] }
        return settings + forEnds
    }

    /// Accepting INVALID ACKs would mean accepting nearly everything; the settings determine what they are.
    private var forACKs: [Remedy] {
        guard invalid.contains(.ack) else { return [] }
        let confirms = sysctls.number(Sysctls.ipvsConntrack).map { $0 != 0 } ?? false
        let isStrict = sysctls.number(Sysctls.tcpLoose) == 0
        var settings: [Remedy.Setting] = []
        if confirms {
            switch mix.againstConfirming(observed.subject.service.map { [$0.identity] }) {
            case .set(let values): settings += values
            case let other: return [other]
            }
        }
        if isStrict { settings.append(.init(Sysctls.tcpLoose, 1)) }
        return settings.isEmpty ? [] : [.set(settings)]
    }

    private var forEnds: [Remedy] {
        guard !invalid.isDisjoint(with: [.fin, .rst, .icmpError]) else { return [] }
        return [
            .accept(invalid.isDisjoint(with: [.fin, .rst]) ? .errors : .endsAndErrors, to: observed.subject.address)
        ]
    }

    /// Whether answers that come back were dropped as INVALID because their connections are not confirmed: in that case they are INVALID
    /// from the SYN+ACK on. A single INVALID one among others may really be invalid.
    var areAnswersUnconfirmed: Bool {
        let invalid = invalidClasses(at: .forward)
        guard sysctls.number(Sysctls.ipvsConntrack) == 0, observed.subject.methods.contains(.nat), !invalid.isEmpty
        else { return false }
        let areSomeKnown = observed.traffic.cells.contains {
            $0.cell.point == .forward && $0.cell.ctstate == .established
        }
        return invalid.contains(.synAck) || !areSomeKnown
    }

    var againstDroppedAnswers: [Remedy] { mix.forConfirming + (mix.bypassing.isEmpty ? [] : [.readManual]) }
}

extension Remedy {
    fileprivate var isNotrack: Bool { if case .notrack = self { true } else { false } }
}
