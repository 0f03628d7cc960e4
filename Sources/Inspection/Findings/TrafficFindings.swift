import Addresses
import Conntrack
import Firewall
import IPVS

/// What the counts of one subject prove, and no more.
struct TrafficFindings {
    private let observed: Observed
    private let subject: Finding.Subject
    private let blame: [Blame]?
    private let others: Set<IPAddress>
    private let remedies: TrafficRemedies
    private let losses: [PacketLoss]
    private let balancing: LossesInIPVS?

    init(_ observed: Observed, in observation: Observation) {
        self.observed = observed
        blame = observation.blame
        others = observation.addresses
        losses = observed.traffic.losses
        balancing = LossesInIPVS(observed, in: observation)
        remedies = TrafficRemedies(observed, observation.services, observation.sysctls, observation.blame ?? [])
        subject =
            switch observed.subject {
            case .service(let service): .service(service.identity)
            case .address(let address, let port): .address(address, port: port)
            }
    }

    private var traffic: ObservedTraffic { observed.traffic }

    /// In the order of a packet's path.
    var all: [Finding] {
        [
            dropped(at: .beforeConntrack), dropped(at: .preRouting), rewritten, lostBeforeLocalIn,
            dropped(at: .localIn),
            passed, lostInIPVS, leftToHost, dropped(at: .localOut),
        ].compactMap(\.self) + PacketLoss.Place.allCases.compactMap(answersDropped) + answersLost
            + PacketLoss.Place.allCases.compactMap(lostLeaving)
    }

    private func losses(_ side: ObservationPoint.Side, at place: PacketLoss.Place) -> [PacketLoss] {
        losses.filter { $0.side == side && $0.place == place }
    }

    // MARK: To the subject

    private func dropped(at place: PacketLoss.Place) -> Finding? {
        let drops = losses(.entering, at: place)
        guard !drops.isEmpty else { return nil }
        var facts = drops.facts(of: place == .localIn ? traffic.reached : nil, in: traffic)
        facts.culprits = observed.subject.address == nil ? vagueCulprits(drops) : culprits(drops)
        facts.advice = advice(facts)
        // Of the director's own clients those that pass never come to LOCAL_IN.
        facts.missed = place == .localOut ? nil : missed(drops)
        let cause = remedies.cause(of: drops)
        let id: Finding.ID =
            switch cause {
            case .invalid: .invalidDropped
            case .newACKs: .acksDropped
            case .other: .packetsDropped
            }
        return Finding(
            id, cause == .other ? .warning : .error, subject, facts.evidence, context: .drops(facts),
            remedies.against(drops, by: facts.culprits.rules))
    }

    private var passed: Finding? {
        let total = traffic.reached.packets
        guard total > 0, !losses.contains(where: { $0.side == .entering && $0.place.hasRules }),
            !traffic.uncounted.contains(where: { $0.side == .entering })
        else { return nil }
        let invalid = traffic.cells.filter { $0.cell.point == .localInPassed && $0.cell.ctstate == .invalid }
        let facts = PassedPackets(
            total: total, invalid: invalid.map(PacketGroup.init),
            isWholeWay: losses(.entering, at: .routing).isEmpty, reachIPVS: observed.subject.service != nil)
        return Finding(.nothingDropped, .info, subject, facts.evidence, context: .passed(facts))
    }

    private var rewritten: Finding? {
        let packets = traffic.rewritten
        guard packets > 0 else { return nil }
        return Finding(
            .rewritten, .info, subject,
            [.init("rewritten", packets), .init("packets", traffic.total(at: .preRouting).packets)])
    }

    private var lostBeforeLocalIn: Finding? {
        lost(.lostBeforeLocalIn, losses(.entering, at: .routing), of: traffic.total(at: .preRoutingPassed))
    }

    private var lostInIPVS: Finding? {
        let lost = losses(.entering, at: .ipvs)
        guard let balancing else { return self.lost(.lostInIPVS, lost, of: traffic.total(at: .localInPassed)) }
        guard let loss = balancing.loss(lost) else { return nil }
        return Finding(
            .lostInIPVS, .warning, subject, loss.evidence, context: .lossInIPVS(loss),
            remedies.against(loss, of: observed.subject.service))
    }

    private var leftToHost: Finding? {
        guard let left = balancing?.leftToHost else { return nil }
        return Finding(
            .leftToHost, .info, subject,
            [.init("packets_left", left.groups.packets), .init("packets", left.total)], context: .leftToHost(left))
    }

    private func lost(_ id: Finding.ID, _ lost: [PacketLoss], of total: Volume) -> Finding? {
        guard !lost.isEmpty else { return nil }
        return Finding(id, .warning, subject, [.init("lost", lost.packets), .init("packets", total.packets)])
    }

    private func missed(_ drops: [PacketLoss]) -> Drops.Missed? {
        let isDropped = Set(drops.map(\.packetClass))
        func passed(_ packetClass: PacketClass) -> UInt64 { traffic.total(of: packetClass, at: .localInPassed).packets }
        if isDropped.contains(.syn), passed(.syn) == 0, observed.subject.service != nil { return .everySYN }
        if isDropped.contains(.ack), passed(.ack) == 0, let half = observed.connections["SYN_RECV"], half > 0 {
            return .everyACK(stillOpening: half)
        }
        guard !isDropped.isDisjoint(with: [.fin, .rst]), let open = observed.connections["ESTABLISHED"], open > 0
        else { return nil }
        let ends = traffic.cells.filter {
            $0.cell.point == .localInPassed && [.fin, .rst].contains($0.cell.packetClass)
        }.packets
        return .ends(stillOpen: open, seen: ends)
    }

    // MARK: From the subject, and after IPVS

    private func answersDropped(at place: PacketLoss.Place) -> Finding? {
        let drops = place.hasRules ? losses(.answering, at: place) : []
        guard !drops.isEmpty else { return nil }
        var facts = drops.facts(in: traffic)
        facts.culprits = vagueCulprits(drops)
        facts.advice = advice(facts)
        let isBySetting = remedies.areUnconfirmed(drops)
        return Finding(
            isBySetting ? .vsConntrackNAT : .answersDropped, .error, subject, facts.evidence, context: .drops(facts),
            isBySetting ? remedies.againstDroppedAnswers : remedies.againstDroppedOwnAnswers(drops))
    }

    /// Where no rule is to blame.
    private var answersLost: [Finding] {
        [
            lost(.answersLostInRouting, losses(.answering, at: .routing), of: traffic.total(at: .answerInPassed)),
            lost(.answersLostInIPVS, losses(.answering, at: .ipvs), of: traffic.total(at: .forwardPassed)),
        ].compactMap(\.self)
    }

    private func lostLeaving(at place: PacketLoss.Place) -> Finding? {
        let drops = losses(.leaving, at: place)
        guard !drops.isEmpty else { return nil }
        var facts = drops.facts(in: traffic)
        facts.culprits = vagueCulprits(drops, mayBeVirtual: true)
        facts.advice = advice(facts)
        return Finding(
            .lostBeforePostRouting, .warning, subject,
            [.init("lost", drops.packets)] + facts.evidence, context: .drops(facts))
    }

    // MARK: Rules

    private func culprits(_ drops: [PacketLoss]) -> Drops.Culprits {
        let named = traced(drops) { $0.isTo(observed.subject) }
        return named.isEmpty ? noCulprit : .certain(named)
    }

    /// - Parameter mayBeVirtual: a packet to a virtual address is no answer, but it may be one that IPVS sends.
    private func vagueCulprits(_ drops: [PacketLoss], mayBeVirtual: Bool = false) -> Drops.Culprits {
        let isAnswer = !mayBeVirtual && drops.contains { $0.side == .answering } || observed.subject.address != nil
        let named = traced(drops) { kind in
            guard let target = kind.target?.address else { return false }
            return target.family == observed.subject.family && (mayBeVirtual || !isAnswer || !others.contains(target))
        }
        return named.isEmpty ? noCulprit : .possible(named.map(\.rule))
    }

    private var noCulprit: Drops.Culprits { blame == nil ? .notTraced : .none }

    private func advice(_ drops: Drops) -> [DroppingRule: String] {
        let rules = Set(drops.culprits.rules)
        let areOpenings = drops.groups.contains { $0.ctstate == .new }
        return (blame ?? []).reduce(into: [:]) { found, blame in
            if rules.contains(blame.rule) { found[blame.rule] = blame.advice(areOpenings: areOpenings) }
        }
    }

    /// The rules that dropped traced packets of the same classes and ctstates at the same place, and how many.
    private func traced(_ drops: [PacketLoss], _ isMeant: (TracedKind) -> Bool) -> [Drops.Traced] {
        (blame ?? []).compactMap { blame in
            let packets = blame.dropped.reduce(into: UInt64(0)) { sum, kind in
                if drops.contains(where: kind.key.isLike), isMeant(kind.key) { sum += UInt64(max(kind.value, 0)) }
            }
            return packets == 0 ? nil : Drops.Traced(rule: blame.rule, packets: packets)
        }
    }
}

extension TracedKind {
    /// Whether packets of this kind may be among those lost.
    func isLike(_ loss: PacketLoss) -> Bool {
        guard loss.packetClass == packetClass, after.map({ $0.stretch == loss.point.stretch }) ?? true else {
            return false
        }
        return loss.ctstate == state || loss.point.side == .leaving || state == .unseen
    }
}

extension [PacketLoss] {
    /// Of losses at one place on one side, what is known without traces.
    fileprivate func facts(of total: Volume? = nil, in traffic: ObservedTraffic) -> Drops {
        let total = total ?? first.map { traffic.total(at: $0.point) } ?? Volume()
        return Drops(
            groups: map(PacketGroup.init), total: total.packets, side: first?.side ?? .entering,
            place: first?.place ?? .localIn, culprits: .notTraced, missed: nil)
    }
}

extension Observation {
    /// What the counts of a subject show, in the order of a packet's path; empty if no packet was seen.
    package func findings(about observed: Observed) -> [Finding] { TrafficFindings(observed, in: self).all }

    /// The same for packets to an observed address that belong to no subject.
    package func findings(elsewhere address: IPAddress) -> [Finding] {
        var observed = Observed(subject: .address(address, port: nil))
        observed.traffic = elsewhere[address] ?? .init()
        return TrafficFindings(observed, in: self).all
    }

    /// All of them, subject by subject.
    package var findings: [Finding] {
        guard allTraffic.contains(where: { !$0.isEmpty }) else { return [Finding(.nothingSeen, .info, .director)] }
        return subjects.flatMap(findings(about:)) + elsewhere.keys.sorted().flatMap(findings(elsewhere:))
            + [findingOutside].compactMap(\.self)
    }

    /// For how many seconds everything was counted without a single loss; nil if something was lost, or may have been missed.
    package var quietSeconds: UInt64? {
        guard losses.isEmpty, notices.isEmpty, milliseconds > 1000, allTraffic.allSatisfy({ $0.losses.isEmpty })
        else { return nil }
        return milliseconds / 1000
    }

    var allTraffic: [ObservedTraffic] { subjects.map(\.traffic) + elsewhere.values }

    /// The virtual addresses.
    var addresses: Set<IPAddress> { Set(subjects.compactMap(\.subject.address)).union(elsewhere.keys) }
}
