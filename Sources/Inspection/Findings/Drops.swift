import Conntrack
import Firewall

/// Packets of one class and ctstate.
package struct PacketGroup: Equatable, Sendable {
    package var packetClass: PacketClass
    package var ctstate: CTState
    package var packets: UInt64

    init(_ loss: PacketLoss) {
        packetClass = loss.packetClass
        ctstate = loss.ctstate
        packets = loss.volume.packets
    }

    init(_ element: ObservedTraffic.Element) {
        packetClass = element.cell.packetClass
        ctstate = element.cell.ctstate
        packets = element.volume.packets
    }
}

/// Packets that came to the rules at one place but did not pass them.
package struct Drops: Equatable, Sendable {
    package var groups: [PacketGroup]
    /// How many came there in total.
    package var total: UInt64
    /// Which packets they are: answers, for one.
    package var side: ObservationPoint.Side
    /// Where they were lost.
    package var place: PacketLoss.Place
    package var culprits: Culprits
    /// Where rules are made again and again: by whom, and what to set there.
    package var advice: [DroppingRule: String] = [:]
    package var missed: Missed?

    static let evidenceName = "dropped"

    /// What is known about what dropped them. The counters see every packet; traces see only some, but name the rules.
    package enum Culprits: Equatable, Sendable {
        case notTraced
        /// No rule of nf_tables was seen to drop such packets.
        case none
        /// These rules, each with the number of traced packets to the subject itself.
        case certain([Traced])
        /// These rules dropped packets of the same kinds whose headers do not show which subject they belong to: NAT answers come from a
        /// real server, and packets do not carry marks.
        case possible([DroppingRule])

        package var rules: [DroppingRule] {
            switch self {
            case .notTraced, .none: []
            case .certain(let traced): traced.map(\.rule)
            case .possible(let rules): rules
            }
        }
    }

    package struct Traced: Equatable, Sendable {
        package var rule: DroppingRule
        package var packets: UInt64
    }

    /// What IPVS missed, as far as its connections show that it matters.
    package enum Missed: Equatable, Sendable {
        case everySYN
        /// With the number of connections still in SYN_RECV.
        case everyACK(stillOpening: Int)
        /// With the number of connections still ESTABLISHED, and of FINs and RSTs seen.
        case ends(stillOpen: Int, seen: UInt64)
    }

    /// In the order of the classes.
    var evidence: [Finding.Evidence] {
        var numbers = [Finding.Evidence(Self.evidenceName, groups.packets), .init("packets", total)]
        for packetClass in PacketClass.allCases {
            let packets = groups.filter { $0.packetClass == packetClass }.packets
            if packets > 0 { numbers.append(.init(packetClass.name, packets)) }
        }
        switch missed {
        case .everyACK(let count): numbers.append(.init("still_syn_recv", count))
        case .ends(let count, _): numbers.append(.init("still_established", count))
        case .everySYN, nil: break
        }
        return numbers
    }
}

/// Packets of which the packet filter dropped none.
package struct PassedPackets: Equatable, Sendable {
    package var total: UInt64
    package var invalid: [PacketGroup]
    /// None was lost before LOCAL_IN either.
    package var isWholeWay: Bool
    /// They belong to a service, so IPVS processes them after the filter.
    package var reachIPVS: Bool

    var evidence: [Finding.Evidence] {
        [.init(Drops.evidenceName, 0), .init("packets", total), .init("invalid", invalid.packets)]
    }
}

extension [PacketGroup] {
    /// The sum; saturates at the maximum.
    package var packets: UInt64 {
        reduce(0) { sum, group in
            let (total, isOver) = sum.addingReportingOverflow(group.packets)
            return isOver ? .max : total
        }
    }
}
