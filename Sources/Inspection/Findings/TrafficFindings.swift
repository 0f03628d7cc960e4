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

    init(_ observed: Observed, in observation: Observation) {
        self.observed = observed
        blame = observation.blame
        others = observation.addresses
        remedies = TrafficRemedies(observed, observation.services, observation.sysctls)
        subject =
            switch observed.subject {
            case .service(let service): .service(service.identity)
            case .address(let address, let port): .address(address, port: port)
            }
    }

    private var traffic: ObservedTraffic { observed.traffic }

    /// In the order of a packet's path.
    var all: [Finding] {
        [lostBeforeLocalIn, dropped ?? passed, answersDropped, lostBeforePostRouting].compactMap(\.self)
    }

    // MARK: To the subject

    private var dropped: Finding? {
        let drops = traffic.dropped(at: .localIn)
        guard !drops.isEmpty else { return nil }
        let facts = Drops(
            groups: drops.map(PacketGroup.init), total: traffic.total(at: .localIn).packets, areAnswers: false,
            culprits: observed.subject.address == nil ? vagueCulprits(drops) : culprits(drops), missed: missed)
        let isOurs = remedies.areInvalidPacketsOurs
        return Finding(
            isOurs ? .invalidDropped : .packetsDropped, isOurs ? .error : .warning, subject, facts.evidence,
            context: .drops(facts), remedies.againstDrops)
    }

    private var passed: Finding? {
        let total = traffic.total(at: .localIn).packets
        guard total > 0 else { return nil }
        let invalid = traffic.cells.filter { $0.cell.point == .localIn && $0.cell.ctstate == .invalid }
        let facts = PassedPackets(
            total: total, invalid: invalid.map(PacketGroup.init), isWholeWay: traffic.lostBeforeLocalIn.packets == 0,
            reachIPVS: observed.subject.service != nil)
        return Finding(.nothingDropped, .info, subject, facts.evidence, context: .passed(facts))
    }

    private var lostBeforeLocalIn: Finding? {
        lost(.lostBeforeLocalIn, traffic.lostBeforeLocalIn, of: traffic.total(at: .preRouting))
    }

    private func lost(_ id: Finding.ID, _ lost: Volume, of total: Volume) -> Finding? {
        guard lost.packets > 0 else { return nil }
        return Finding(id, .warning, subject, [.init("lost", lost.packets), .init("packets", total.packets)])
    }

    private var missed: Drops.Missed? {
        let isDropped = Set(traffic.dropped(at: .localIn).map(\.cell.packetClass))
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

    private var answersDropped: Finding? {
        let drops = traffic.dropped(at: .forward)
        guard !drops.isEmpty else { return nil }
        let facts = Drops(
            groups: drops.map(PacketGroup.init), total: traffic.total(at: .forward).packets, areAnswers: true,
            culprits: vagueCulprits(drops), missed: nil)
        let isBySetting = remedies.areAnswersUnconfirmed
        return Finding(
            isBySetting ? .vsConntrackNAT : .answersDropped, .error, subject, facts.evidence, context: .drops(facts),
            isBySetting ? remedies.againstDroppedAnswers : [])
    }

    private var lostBeforePostRouting: Finding? {
        lost(.lostBeforePostRouting, traffic.lostBeforePostRouting, of: traffic.total(at: .localOut))
    }

    // MARK: Rules

    private func culprits(_ drops: [ObservedTraffic.Element]) -> Drops.Culprits {
        let named = traced(drops) { $0.isTo(observed.subject) }
        return named.isEmpty ? noCulprit : .certain(named)
    }

    private func vagueCulprits(_ drops: [ObservedTraffic.Element]) -> Drops.Culprits {
        // A packet to a virtual address is not an answer.
        let named = traced(drops) { kind in
            guard let target = kind.target?.address else { return false }
            return target.family == observed.subject.family && !others.contains(target)
        }
        return named.isEmpty ? noCulprit : .possible(named.map(\.rule))
    }

    private var noCulprit: Drops.Culprits { blame == nil ? .notTraced : .none }

    /// The rules that dropped traced packets of the same classes and ctstates, and how many.
    private func traced(
        _ drops: [ObservedTraffic.Element], _ isMeant: (TracedKind) -> Bool
    ) -> [Drops.Traced] {
        (blame ?? []).compactMap { blame in
            let packets = blame.dropped.reduce(into: UInt64(0)) { sum, kind in
                let isSame = drops.contains {
                    $0.cell.packetClass == kind.key.packetClass && $0.cell.ctstate == kind.key.state
                }
                if isSame, isMeant(kind.key) { sum += UInt64(max(kind.value, 0)) }
            }
            return packets == 0 ? nil : Drops.Traced(rule: blame.rule, packets: packets)
        }
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
    }

    /// For how many seconds everything was counted without a single drop; nil if something was dropped, or may have been missed.
    package var quietSeconds: UInt64? {
        guard losses.isEmpty, notices.isEmpty, milliseconds > 1000,
            allTraffic.allSatisfy({ $0.dropped.isEmpty && $0.lostBeforeLocalIn.packets == 0 })
        else { return nil }
        return milliseconds / 1000
    }

    private var allTraffic: [ObservedTraffic] { subjects.map(\.traffic) + elsewhere.values }

    /// The virtual addresses.
    var addresses: Set<IPAddress> { Set(subjects.compactMap(\.subject.address)).union(elsewhere.keys) }
}
