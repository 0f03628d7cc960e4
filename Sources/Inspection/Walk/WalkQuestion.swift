import Conntrack
import Firewall
import IPVS

/// A packet passing a director, to a VIP or back from a real server.
package struct WalkQuestion: Hashable, Sendable {
    /// What conntrack looks at.
    package var packet: TrackedPacket
    /// The packet's entry in the table; for an ICMP error, that of the packet it is about.
    package var entry: TrackedEntry?
    /// Original: from a client to the VIP. Reply: from the real server to the client.
    package var direction: TupleDirection
    /// How IPVS forwards it, or forwarded what it answers.
    package var method: ForwardingMethod
    /// The settings used.
    package var conditions: TrackingConditions
    /// What is wrong with the packet.
    package var flaws: Set<PacketFlaw> = []
    /// What IPVS's decision depends on.
    package var scheduling = SchedulingConditions()
    /// The service schedules each packet separately (`ipvsadm -o`, UDP): IPVS keeps no connection.
    package var isOnePacket = false
    /// Its clients are bound to their real servers (`ipvsadm -p`).
    package var isPersistent = false

    /// For a service that keeps connections.
    package init(
        _ packet: TrackedPacket, entry: TrackedEntry?, _ direction: TupleDirection = .original,
        method: ForwardingMethod, _ conditions: TrackingConditions = TrackingConditions()
    ) {
        self.packet = packet
        self.entry = entry
        self.direction = direction
        self.method = method
        self.conditions = conditions
    }

    /// Whether the real server's answers pass the director.
    var repliesPassHere: Bool { !method.answersBypassDirector }

    /// What is wrong with the packet and matters to conntrack, wherever it sees it first: checksums are verified at PRE_ROUTING alone.
    var flawsSeenFirst: Set<PacketFlaw> {
        direction == .reply && method == .local ? flaws.subtracting([.checksum]) : flaws
    }

    /// Whether IPVS processes the packet. (IPsec, which it can balance too, is left out.) Of ICMP it takes destination-unreachable, source-quench
    /// and time-exceeded, of ICMPv6 all errors (`ip_vs_in_icmp`, `ip_vs_in_icmp_v6`).
    var isBalanced: Bool {
        switch packet {
        case .tcp, .udp, .sctp: true
        case .icmp(let type): [3, 4, 11].contains(type.rawValue)
        case .icmpv6(let type): type.rawValue < 128
        case .dccp, .other: false
        }
    }

    /// What is assumed, besides valid headers.
    package var assumptions: [String] {
        var list = [
            "no notrack rule exempts the packet, and a rule here matches on ctstate, so packets are tracked"
        ]
        switch packet {
        case .tcp:
            if !flaws.contains(.window) {
                list.append("the segment is within the window, or nf_conntrack_tcp_be_liberal=1")
            }
        case .sctp: list.append("the verification tag is the one required by RFC 9260")
        case .icmp, .icmpv6:
            if packet.isError {
                list.append("the ICMP error goes to the sender of the packet it is about")
            }
        case .udp, .dccp, .other: break
        }
        if direction == .original, isBalanced { list += assumedOfIPVS }
        return list
    }

    private var assumedOfIPVS: [String] {
        guard hasConnection else { return scheduling.connection == nil ? [] : ["IPVS has no connection for it"] }
        switch packet {
        case .tcp:
            let state = ConnectionStateMachine(before: self)?.state.name ?? "NONE"
            return ["IPVS has a connection for it, in state \(state)"]
        case .udp: return []
        default: return ["IPVS has a connection for it"]
        }
    }
}
