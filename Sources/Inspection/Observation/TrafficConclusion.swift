import Addresses
import Conntrack
import Firewall

/// Says in sentences what the counts of one subject prove, and no more.
///
/// The numbers are those of the counters, which saw every packet. Traces saw some of them, and only name the rules.
struct TrafficConclusion {
    private let observed: Observed
    private let blame: [Blame]?
    private let others: Set<IPAddress>

    /// - Parameter others: all observed virtual addresses. A packet to one of them is no answer.
    init(_ observed: Observed, blame: [Blame]?, others: Set<IPAddress>) {
        self.observed = observed
        self.blame = blame
        self.others = others
    }

    private var traffic: ObservedTraffic { observed.traffic }

    var sentences: [String] {
        [lostBeforeLocalIn, dropped ?? passed, answersDropped, lostBeforePostRouting].compactMap(\.self)
    }

    // MARK: To the subject

    private var dropped: String? {
        let drops = traffic.dropped(at: .localIn)
        guard !drops.isEmpty else { return nil }
        let total = traffic.total(at: .localIn).packets
        return Self.drops(drops, of: "\(total) \(Self.packets(total))") + culprits(drops)
            + (consequence.map { "; \($0)" } ?? "") + "."
    }

    /// `7 FIN and 1 ICMP error of 15 packets were dropped as INVALID`
    private static func drops(_ drops: [ObservedTraffic.Element], of total: String) -> String {
        let states = Set(drops.map(\.cell.ctstate)).sorted()
        let verb = drops.packets == 1 ? "was" : "were"
        let lists = states.map { state in list(drops.filter { $0.cell.ctstate == state }) }
        guard lists.count > 1 else {
            return "\(lists.joined()) of \(total) \(verb) dropped as \(states.map(\.name).joined())"
        }
        return "Of \(total) " + sentenceList(zip(lists, states).map { "\($0) as \($1)" }) + " were dropped"
    }

    private var passed: String? {
        let total = traffic.total(at: .localIn).packets
        guard total > 0 else { return nil }
        let isLost = traffic.lostBeforeLocalIn.packets > 0
        let way = isLost ? "at LOCAL_IN" : "between PRE_ROUTING and \(observed.subject.behindFilter)"
        let invalid = traffic.cells.filter { $0.cell.point == .localIn && $0.cell.ctstate == .invalid }
        guard !invalid.isEmpty else {
            return "Nothing was dropped \(way): "
                + (total == 1 ? "the one packet came through." : "all \(total) packets came through.")
        }
        let count = invalid.packets
        return "Nothing was dropped \(way): \(Self.list(invalid)) of \(total) \(Self.packets(total)) "
            + "\(count == 1 ? "is" : "are") INVALID, and the filter lets \(count == 1 ? "it" : "them") pass."
    }

    private var lostBeforeLocalIn: String? {
        let lost = traffic.lostBeforeLocalIn.packets
        guard lost > 0 else { return nil }
        let total = traffic.total(at: .preRouting).packets
        return "\(lost) of \(total) \(Self.packets(total)) came past PRE_ROUTING and not to LOCAL_IN: "
            + "rules in between (mangle) dropped \(lost == 1 ? "it" : "them"), "
            + "or \(lost == 1 ? "it was" : "they were") rewritten or routed elsewhere."
    }

    /// What IPVS did not see, as far as its connections show that it matters.
    private var consequence: String? {
        let isDropped = Set(traffic.dropped(at: .localIn).map(\.cell.packetClass))
        func passed(_ packetClass: PacketClass) -> UInt64 { traffic.total(of: packetClass, at: .localInPassed).packets }
        if isDropped.contains(.syn), passed(.syn) == 0, observed.subject.service != nil { return "IPVS saw no SYN" }
        if isDropped.contains(.ack), passed(.ack) == 0, let half = observed.connections["SYN_RECV"], half > 0 {
            return "IPVS saw no ACK: \(half) \(half == 1 ? "connection is" : "connections are") still in SYN_RECV"
        }
        guard !isDropped.isDisjoint(with: [.fin, .rst]), let open = observed.connections["ESTABLISHED"], open > 0
        else { return nil }
        let ends = traffic.cells.filter {
            $0.cell.point == .localInPassed && [.fin, .rst].contains($0.cell.packetClass)
        }.packets
        guard ends == 0 else {
            return "IPVS saw only \(ends) FIN and RST: "
                + "\(open) \(open == 1 ? "connection is" : "connections are") still ESTABLISHED"
        }
        let connections = open == 1 ? "connection" : "connections"
        return "IPVS never saw the \(connections) end: \(open) \(open == 1 ? "is" : "are") still ESTABLISHED"
    }

    // MARK: From it, and behind IPVS

    private var answersDropped: String? {
        let drops = traffic.dropped(at: .forward)
        guard !drops.isEmpty else { return nil }
        let total = traffic.total(at: .forward).packets
        return Self.drops(drops, of: "\(total) \(total == 1 ? "answer" : "answers")") + " at FORWARD"
            + vagueCulprits(drops) + "."
    }

    private var lostBeforePostRouting: String? {
        let lost = traffic.lostBeforePostRouting.packets
        guard lost > 0 else { return nil }
        let total = traffic.total(at: .localOut).packets
        return
            "\(lost) of \(total) \(Self.packets(total)) on the way to the real servers came past LOCAL_OUT and not past "
            + "POST_ROUTING: rules in between dropped \(lost == 1 ? "it" : "them")."
    }

    // MARK: Rules

    private func culprits(_ drops: [ObservedTraffic.Element]) -> String {
        if observed.subject.address == nil {
            return " at LOCAL_IN" + vagueCulprits(drops)
        }
        let named = culprits(drops) { $0.isTo(observed.subject) }
        guard !named.isEmpty else { return " at LOCAL_IN" + noCulprit }
        let total = drops.packets
        guard named.count == 1 else {
            return " by " + Self.sentenceList(named.map { "\($0.blame.name) (\($0.packets) traced)" })
        }
        return named.map { " by \($0.blame.name)" + ($0.packets < total ? " (\($0.packets) traced)" : "") }.joined()
    }

    /// Of packets whose headers do not tell the subject: the answers of NAT come from a real server, and marks are not in them.
    private func vagueCulprits(_ drops: [ObservedTraffic.Element]) -> String {
        let named = culprits(drops) { kind in
            guard let target = kind.target?.address else { return false }
            return target.family == observed.subject.family && !others.contains(target)
        }
        guard !named.isEmpty else { return noCulprit }
        return " (of such packets traces name " + Self.sentenceList(named.map(\.blame.name)) + ")"
    }

    private var noCulprit: String {
        blame == nil ? " (by which rule was not traced)" : " (no rule of nf_tables was seen to drop them)"
    }

    /// The rules that dropped traced packets of the same classes and ctstates, and how many.
    private func culprits(
        _ drops: [ObservedTraffic.Element], _ isMeant: (TracedKind) -> Bool
    ) -> [(blame: Blame, packets: UInt64)] {
        (blame ?? []).compactMap { blame in
            let packets = blame.dropped.reduce(into: UInt64(0)) { sum, kind in
                let isSame = drops.contains {
                    $0.cell.packetClass == kind.key.packetClass && $0.cell.ctstate == kind.key.state
                }
                if isSame, isMeant(kind.key) { sum += UInt64(max(kind.value, 0)) }
            }
            return packets == 0 ? nil : (blame: blame, packets: packets)
        }
    }

    // MARK: Words

    private static func packets(_ count: UInt64) -> String { count == 1 ? "packet" : "packets" }

    /// `7 FIN and 1 ICMP error`
    private static func list(_ volumes: [ObservedTraffic.Element]) -> String {
        sentenceList(volumes.map { "\($0.volume.packets) \($0.cell.packetClass.words($0.volume.packets))" })
    }

    private static func sentenceList(_ words: [String]) -> String {
        guard let last = words.last, words.count > 1 else { return words.joined() }
        return words.dropLast().joined(separator: ", ") + " and " + last
    }
}

extension PacketClass {
    fileprivate func words(_ count: UInt64) -> String { self == .icmpError && count != 1 ? "ICMP errors" : title }
}

extension ObservedSubject {
    /// Who gets what the packet filter passes at LOCAL_IN.
    fileprivate var behindFilter: String { service == nil ? "the end of the packet filter" : "IPVS" }
}
