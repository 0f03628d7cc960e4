/// What the host counts of packets that are lost outside netfilter, where no rule is to blame.
package struct OutsideCounter: Hashable, Comparable, Sendable {
    /// As /proc has it: `TcpExt.IPReversePathFilter`.
    package var name: String

    package init(_ name: String) { self.name = name }

    package static func < (left: OutsideCounter, right: OutsideCounter) -> Bool { left.name < right.name }

    /// Packets for which the queue of a CPU had no room, of the whole host (`sd->dropped`, net/core/dev.c; `softnet_seq_show`).
    package static let softnet = OutsideCounter("softnet.dropped")

    /// Those of /proc/net/snmp and /proc/net/netstat: rp_filter, packets without a route, packets that are too large, ICMP errors held back.
    package static let ofNetwork =
        ([HostCounters.reversePath] + HostCounters.limited
        + ["Ip.FragFails", "Ip.InAddrErrors", "IpExt.InNoRoutes", "Ip.OutNoRoutes"]).map(OutsideCounter.init)

    /// ICMP errors of IPv4, such as IPVS sends for a packet that it cannot send, or that were held back.
    package static let errors =
        (["Icmp.OutDestUnreachs", "Icmp.OutTimeExcds"] + HostCounters.limited).map(OutsideCounter.init)

    /// In snake case, as in evidence: `tcpext_ipreversepathfilter`.
    var evidence: String { name.lowercased().replacing(".", with: "_") }
}

/// By how much a counter grew.
package struct OutsideGrowth: Equatable, Sendable {
    package var counter: OutsideCounter
    package var growth: UInt64
}

extension Observation {
    /// The counters that grew, if packets were lost where no rule is.
    package var findingOutside: Finding? {
        let lost = lostOutside
        let causes = Set(OutsideCounter.ofNetwork + [.softnet])
        let grown = (outside ?? [:]).filter { $0.value > 0 && causes.contains($0.key) }.sorted { $0.key < $1.key }
        guard lost > 0, !grown.isEmpty else { return nil }
        return Finding(
            .lostOutside, .warning, .director,
            [.init("lost", lost)] + grown.map { .init($0.key.evidence, $0.value) },
            context: .outside(grown.map { OutsideGrowth(counter: $0.key, growth: $0.value) }))
    }

    /// At least so many packets were lost where no rule is. One that belongs to several subjects is counted for each, and one with a mark for its
    /// address as well: of those only the most are taken.
    private var lostOutside: UInt64 {
        func lost(_ traffic: ObservedTraffic) -> UInt64 { traffic.losses.filter { !$0.place.hasRules }.packets }
        func sum(_ observed: [Observed]) -> UInt64 {
            let shared = observed.filter { !$0.sharedWith.isEmpty }.map { lost($0.traffic) }.max() ?? 0
            return observed.filter(\.sharedWith.isEmpty).reduce(shared) { $0 &+ lost($1.traffic) }
        }
        let marked = sum(subjects.filter { $0.subject.address == nil })
        return max(
            marked, elsewhere.values.reduce(sum(subjects.filter { $0.subject.address != nil })) { $0 &+ lost($1) })
    }
}
