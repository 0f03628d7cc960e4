import Conntrack
import Firewall
import IPVS

/// Remedies for packets of a service being dropped because of their ctstate.
///
/// Source: `tcp_new` and `tcp_conntracks` (net/netfilter/nf_conntrack_proto_tcp.c), `ip_vs_send_or_cont` and `ip_vs_notrack`
/// (net/netfilter/ipvs/ip_vs_xmit.c).
struct TrafficRemedies {
    private let observed: Observed
    private let mix: MethodMix
    private let sysctls: Sysctls
    private let blame: [Blame]

    /// Why a rule drops packets, as far as the counts tell.
    enum Cause: Equatable {
        /// They are INVALID only because answers bypass the director.
        case invalid
        /// Every ACK is NEW only because of that.
        case newACKs
        case other
    }

    /// - Parameter services: all of the director's, as what is right for one may be wrong for another.
    init(_ observed: Observed, _ services: [Service], _ sysctls: Sysctls, _ blame: [Blame]) {
        self.observed = observed
        self.sysctls = sysctls
        self.blame = blame
        mix = MethodMix(services)
    }

    /// The settings determine what ACKs are, and nothing but conntrack what FINs are. Without ACKs nothing is served, so they come first.
    func cause(of drops: [PacketLoss]) -> Cause {
        guard observed.subject.methods.contains(where: \.answersBypassDirector) else { return .other }
        if areNewACKsDropped(drops) { return .newACKs }
        return invalid(drops).isDisjoint(with: [.ack, .fin, .rst, .icmpError]) ? .other : .invalid
    }

    private func invalid(_ drops: [PacketLoss]) -> Set<PacketClass> {
        Set(drops.filter { $0.ctstate == .invalid }.map(\.packetClass))
    }

    /// A filter that lets SYNs pass means to let the service pass: it drops ACKs because they open no connection, and are NEW. Where others pass,
    /// it dropped these for their client, or a rate.
    private func areNewACKsDropped(_ drops: [PacketLoss]) -> Bool {
        drops.contains { $0.packetClass == .ack && $0.ctstate == .new }
            && !observed.traffic.states(of: .ack, at: .localInPassed).contains { $0.ctstate == .new }
            && !observed.traffic.droppedEntering.contains { $0.packetClass == .syn }
            && observed.traffic.total(of: .syn, at: .localInPassed).packets > 0
    }

    /// - Parameter rules: those that were seen to drop them.
    func against(_ drops: [PacketLoss], by rules: [DroppingRule]) -> [Remedy] {
        let cause = cause(of: drops)
        guard cause != .other else { return [] }
        if cause == .newACKs, let service = observed.subject.service?.identity {
            return [.exempt([service]), .readManual]
        }
        let settings = forACKs(invalid(drops))
        // Without tracking nothing is INVALID any more.
        if settings.contains(where: \.isNotrack) { return settings + [.readManual] }
        // A rule in front would not stay, or not help.
        let isRemade = blame.contains { rules.contains($0.rule) && $0.advice(areOpenings: false) != nil }
        return settings + (isRemade ? [.advise, .readManual] : forEnds(invalid(drops), rules))
    }

    /// Accepting INVALID ACKs would mean accepting nearly everything; the settings determine what they are. Where IPVS confirms entries, every
    /// ACK is INVALID, even while only those FINs come that were sent again and again.
    private func forACKs(_ invalid: Set<PacketClass>) -> [Remedy] {
        let confirms = sysctls.number(Sysctls.ipvsConntrack).map { $0 != 0 } ?? false
        guard invalid.contains(.ack) || confirms else { return [] }
        let isStrict = invalid.contains(.ack) && sysctls.number(Sysctls.tcpLoose) == 0
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

    private func forEnds(_ invalid: Set<PacketClass>, _ rules: [DroppingRule]) -> [Remedy] {
        guard !invalid.isDisjoint(with: [.fin, .rst, .icmpError]) else { return [] }
        let accepted: Remedy.Accepted = invalid.isDisjoint(with: [.fin, .rst]) ? .errors : .endsAndErrors
        let address = observed.subject.address
        let culprits = blame.filter { rules.contains($0.rule) }
        if let first = culprits.first, culprits.allSatisfy({ $0.looksAtState == false }) {
            return [.acceptBefore(accepted, to: address, first.rule)]
        }
        return [.accept(accepted, to: address)]
    }

    /// Of what IPVS drops, where only one cause remains.
    func against(_ loss: LossInIPVS, of service: Service?) -> [Remedy] {
        guard let service else { return [] }
        return loss.parts.filter(\.isCertain).flatMap(\.causes).compactMap { cause -> Remedy? in
            switch cause {
            case .noDestination: .addCapacity(service.identity)
            case .portZero: .makePersistent(service.identity, scheduler: service.scheduler)
            case .gone: .set([.init(Sysctls.expireNodest, 1)])
            default: nil
            }
        }.withoutRepeats
    }

    // MARK: Answers

    /// Whether answers that come back were dropped as INVALID because their connections are not confirmed: in that case they are INVALID
    /// from the SYN+ACK on. A single INVALID one among others may really be invalid.
    func areUnconfirmed(_ drops: [PacketLoss]) -> Bool {
        let invalid = invalid(drops)
        guard sysctls.number(Sysctls.ipvsConntrack) == 0, observed.subject.methods.contains(.nat), !invalid.isEmpty
        else { return false }
        let areSomeKnown = observed.traffic.cells.contains {
            [.answerIn, .forward].contains($0.cell.point) && $0.cell.ctstate == .established
        }
        return invalid.contains(.synAck) || !areSomeKnown
    }

    var againstDroppedAnswers: [Remedy] { mix.forConfirming + (mix.bypassing.isEmpty ? [] : [.readManual]) }

    /// Of a destination that is the director itself: IPVS leaves the connection's first packet without an entry, and so the answer finds
    /// none (`ip_vs_send_or_cont`), unless it confirms entries. Where it also sends connections on by DR, that setting is wrong for those.
    func againstDroppedOwnAnswers(_ drops: [PacketLoss]) -> [Remedy] {
        let areOwn = drops.contains { $0.place == .localOut && $0.ctstate == .invalid }
        guard areOwn, let service = observed.subject.service, sysctls.number(Sysctls.ipvsConntrack) == 0 else {
            return []
        }
        let isAlone = mix.bypassing.allSatisfy { $0 == service.identity }
        let isLocal = observed.traffic.total(at: .localOut).packets == 0
        return isAlone && isLocal ? [.set([.init(Sysctls.ipvsConntrack, 1)])] : [.readManual]
    }
}

extension Remedy {
    fileprivate var isNotrack: Bool { if case .notrack = self { true } else { false } }
}
