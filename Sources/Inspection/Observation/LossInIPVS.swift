import Conntrack
import Firewall

/// Packets that IPVS took and did not send, and why that may be.
package struct LossInIPVS: Equatable, Sendable {
    package var lost: UInt64
    /// Of how many that came past the packet filter at LOCAL_IN.
    package var total: UInt64
    /// By what may have become of them.
    package var parts: [Part]

    var evidence: [Finding.Evidence] {
        let errors = parts.flatMap(\.causes).compactMap { cause -> UInt64? in
            if case .unsendable(let errors) = cause { errors } else { nil }
        }.first
        return [.init("lost", lost), .init("packets", total)] + (errors.map { [.init("icmp_errors", $0)] } ?? [])
    }

    package struct Part: Equatable, Sendable {
        /// Empty if their classes are not known: they would have left as others.
        package var groups: [PacketGroup]
        package var packets: UInt64
        /// Each that what was read allows; see `isCertain`.
        package var causes: [Cause]

        /// Nothing else is possible. That packets could not be sent is said by counters of the whole host.
        package var isCertain: Bool {
            guard causes.count == 1 else { return false }
            if case .unsendable = causes[0] { return false }
            return true
        }
    }

    /// Why IPVS drops a packet, or something does before it is counted as sent.
    ///
    /// Sources: `ip_vs_in_hook`, `ip_vs_schedule` and `ip_vs_leave` (net/netfilter/ipvs/ip_vs_core.c), `ip_vs_todrop` (include/net/ip_vs.h), and
    /// `__ip_vs_get_out_rt` (ip_vs_xmit.c).
    package enum Cause: Hashable, Sendable {
        /// No destination of the service takes connections.
        case noDestination
        /// The scheduler assigns the client to one that takes none.
        case missedDestination
        /// A service for all ports that is not persistent takes no connections.
        case portZero
        /// The connection's destination was removed. How many such connections were listed at most, if that is known.
        case gone(Int?)
        /// The same, or its weight is 0 and the packet opens a connection; and the packet's entry is in the conntrack table.
        case forgotten(Int?)
        /// It opens a connection with the ports of one that ended, whose entry is in the conntrack table. How many ended ones were listed.
        case reused(Int?)
        /// `drop_packet`
        case defence
        /// It is too large, its TTL ended, or there is no route. How many ICMP errors the host sent, if that is known.
        case unsendable(errors: UInt64?)
        /// A rule at LOCAL_OUT before conntrack.
        case rule

        /// As in JSON.
        package var name: String {
            switch self {
            case .noDestination: "no_destination"
            case .missedDestination: "missed_destination"
            case .portZero: "port_zero"
            case .gone: "destination_gone"
            case .forgotten: "connection_forgotten"
            case .reused: "ports_reused"
            case .defence: "drop_packet"
            case .unsendable: "unsendable"
            case .rule: "rule_before_conntrack"
            }
        }
    }
}

/// Packets to a service that IPVS did not take, so that they went on to the director's own stack.
package struct LeftToHost: Equatable, Sendable {
    package var groups: [PacketGroup]
    /// Of how many that came past the packet filter at LOCAL_IN.
    package var total: UInt64
    /// What else may keep IPVS from taking packets, or make it lose connections: settings that are active.
    package var settings: [Remedy.Setting]
    /// Whether only packets that open a connection get one; nil if that is not known.
    package var isStrict: Bool?
}

/// What a packet is to IPVS.
enum PacketRole: Hashable {
    /// It opens a connection.
    case opening
    /// It belongs to one.
    case following
    /// Either.
    case any
    /// An ICMP error.
    case error

    init(_ packetClass: PacketClass) {
        switch packetClass {
        case .syn: self = .opening
        case .ack, .fin, .rst, .synAck, .tcpOther: self = .following
        case .icmpError: self = .error
        case .udp, .sctp, .other: self = .any
        }
    }
}
