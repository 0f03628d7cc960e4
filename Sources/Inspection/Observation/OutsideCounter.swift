import Addresses

/// What the host counts of packets that are lost outside netfilter, where no rule is to blame.
package struct OutsideCounter: Hashable, Comparable, Sendable {
    /// As /proc has it: `TcpExt.IPReversePathFilter`.
    package var name: String

    package init(_ name: String) { self.name = name }

    package static func < (left: OutsideCounter, right: OutsideCounter) -> Bool { left.name < right.name }

    /// Packets for which the queue of a CPU had no room, of the whole host (`sd->dropped`, net/core/dev.c; `softnet_seq_show`).
    package static let softnet = OutsideCounter("softnet.dropped")

    /// Those of /proc/net/snmp and /proc/net/netstat: rp_filter, packets without a route, packets that are too large, ICMP errors held back.
    package static let ofIPv4 =
        ([HostCounters.reversePath] + HostCounters.limited
        + ["Ip.FragFails", "Ip.InAddrErrors", "IpExt.InNoRoutes", "Ip.OutNoRoutes"]).map(OutsideCounter.init)

    /// Those of /proc/net/snmp6: `ip6_pkt_drop` (net/ipv6/route.c), `ip6_forward` (net/ipv6/ip6_output.c), `icmpv6_xrlim_allow`
    /// (net/ipv6/icmp.c). All ICMP errors share a limit, which `Icmp` counts for both.
    package static let ofIPv6 =
        ([HostCounters.limitedByHost6, HostCounters.limitedGlobally]
        + ["Ip6.FragFails", "Ip6.InAddrErrors", "Ip6.InNoRoutes", "Ip6.OutNoRoutes"]).map(OutsideCounter.init)

    /// Those of both families.
    package static let ofNetwork = Array(Set(ofIPv4 + ofIPv6)).sorted()

    /// ICMP errors, such as IPVS sends for a packet that it cannot send, or that were held back.
    package static func errors(_ family: IPAddress.Family) -> [OutsideCounter] {
        let names =
            switch family {
            case .ipv4: ["Icmp.OutDestUnreachs", "Icmp.OutTimeExcds"] + HostCounters.limited
            case .ipv6:
                [
                    "Icmp6.OutDestUnreachs", "Icmp6.OutPktTooBigs", "Icmp6.OutTimeExcds", HostCounters.limitedByHost6,
                    HostCounters.limitedGlobally,
                ]
            }
        return names.map(OutsideCounter.init)
    }

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
        let causes = Set(
            familiesWithLoss.flatMap { $0 == .ipv4 ? OutsideCounter.ofIPv4 : OutsideCounter.ofIPv6 } + [.softnet])
        let grown = (outside ?? [:]).filter { $0.value > 0 && causes.contains($0.key) }.sorted { $0.key < $1.key }
        guard lost > 0, !grown.isEmpty else { return nil }
        return Finding(
            .lostOutside, .warning, .director,
            [.init("lost", lost)] + grown.map { .init($0.key.evidence, $0.value) },
            context: .outside(grown.map { OutsideGrowth(counter: $0.key, growth: $0.value) }))
    }

    /// Of the packets that were lost where no rule is: counters of the other family say nothing of them.
    private var familiesWithLoss: Set<IPAddress.Family> {
        func isMeant(_ traffic: ObservedTraffic) -> Bool { traffic.losses.contains { !$0.place.hasRules } }
        return Set(subjects.filter { isMeant($0.traffic) }.map(\.subject.family))
            .union(elsewhere.filter { isMeant($0.value) }.map(\.key.family))
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
