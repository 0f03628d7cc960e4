import Conntrack
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
    /// The service schedules each packet separately (`ipvsadm -o`, UDP): IPVS keeps no connection.
    package var isOnePacket = false

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

    /// Whether IPVS processes the packet. (IPsec, which it can balance too, is left out.)
    var isBalanced: Bool {
        switch packet {
        case .tcp, .udp, .sctp: true
        case .icmp, .icmpv6: packet.packetClass == .icmpError
        case .other: false
        }
    }

    /// What is assumed, besides valid headers.
    package var assumptions: [String] {
        var list = [
            "no notrack rule exempts the packet, and a rule here matches on ctstate, so packets are tracked"
        ]
        switch packet {
        case .tcp: list.append("the segment is within the window, or nf_conntrack_tcp_be_liberal=1")
        case .sctp: list.append("the verification tag is the one required by RFC 9260")
        case .icmp, .icmpv6:
            if packet.packetClass == .icmpError {
                list.append("the ICMP error goes to the sender of the packet it is about")
            }
        case .udp, .other: break
        }
        if let connection = ConnectionStateMachine(before: self), connection.state != .none {
            list.append("IPVS has a connection for it, in state \(connection.state.name)")
        }
        return list
    }
}
