import Conntrack
import Firewall

/// Packets of one class and ctstate.
package struct PacketGroup: Equatable, Sendable {
    package var packetClass: PacketClass
    package var ctstate: CTState
    package var packets: UInt64

    init(_ element: ObservedTraffic.Element) {
        packetClass = element.cell.packetClass
        ctstate = element.cell.ctstate
        packets = element.volume.packets
    }
}

/// Packets that came to the packet filter at LOCAL_IN or FORWARD, and not past it.
package struct Drops: Equatable, Sendable {
    package var groups: [PacketGroup]
    /// How many came to the filter in all.
    package var total: UInt64
    /// They are answers of a real server, at FORWARD.
    package var areAnswers: Bool
    package var culprits: Culprits
    package var missed: Missed?

    static let evidenceName = "dropped"

    /// What is known of who dropped them. The counters see every packet; traces see some, and name the rules.
    package enum Culprits: Equatable, Sendable {
        case notTraced
        /// No rule of nf_tables was seen to drop such packets.
        case none
        /// These, of so many traced packets to the subject itself.
        case certain([Traced])
        /// These dropped packets of the same kinds, whose headers do not tell whose they are: answers of NAT come from a real server,
        /// and marks are not in packets.
        case possible([DroppingRule])
    }

    package struct Traced: Equatable, Sendable {
        package var rule: DroppingRule
        package var packets: UInt64
    }

    /// What IPVS did not see, as far as its connections show that it matters.
    package enum Missed: Equatable, Sendable {
        case everySYN
        /// So many connections are still in SYN_RECV.
        case everyACK(stillOpening: Int)
        /// So many connections are still ESTABLISHED, and so many FINs and RSTs were seen.
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
    /// They are a service's, so IPVS takes them behind the filter.
    package var reachIPVS: Bool

    var evidence: [Finding.Evidence] {
        [.init(Drops.evidenceName, 0), .init("packets", total), .init("invalid", invalid.packets)]
    }
}

extension [PacketGroup] {
    /// All of them together; stays at the greatest number.
    package var packets: UInt64 {
        reduce(0) { sum, group in
            let (total, isOver) = sum.addingReportingOverflow(group.packets)
            return isOver ? .max : total
        }
    }
}
