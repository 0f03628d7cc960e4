import Conntrack
import IPVS

/// A packet on its way through a director, to a VIP or back from a real server.
package struct WalkQuestion: Hashable, Sendable {
    /// What conntrack looks at in it.
    package var packet: TrackedPacket
    /// The packet's entry in the table; of an ICMP error, that of the packet it is about.
    package var entry: TrackedEntry?
    /// Original: from a client to the VIP. Reply: from the real server to the client.
    package var direction: TupleDirection
    /// How IPVS forwards it, or forwarded what it answers.
    package var method: ForwardingMethod
    /// The settings that decide.
    package var conditions: TrackingConditions
    /// The service schedules each packet by itself (`ipvsadm -o`, UDP): IPVS keeps no connection.
    package var isOnePacket = false

    /// A question about a packet of a service that keeps connections.
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

    /// Whether the real server's answers come back through the director.
    var repliesPassHere: Bool { !method.answersBypassDirector }

    /// Whether IPVS has to do with the packet. (IPsec, which it can balance too, is left out.)
    var isBalanced: Bool {
        switch packet {
        case .tcp, .udp, .sctp: true
        case .icmp, .icmpv6: packet.packetClass == .icmpError
        case .other: false
        }
    }

    /// What is taken for granted, besides sound headers.
    package var assumptions: [String] {
        var list = [
            "no notrack rule takes the packet out, and a rule here uses the ctstate, so that packets are tracked"
        ]
        switch packet {
        case .tcp: list.append("the segment is inside the window, as nf_conntrack_tcp_be_liberal lets all be")
        case .sctp: list.append("the verification tag is the one that RFC 9260 asks for")
        case .icmp, .icmpv6:
            if packet.packetClass == .icmpError {
                list.append("the ICMP error goes to the sender of the packet it is about")
            }
        case .udp, .other: break
        }
        if let connection = IPVSConnection(before: self), connection.state != .none {
            list.append("IPVS has a connection of it, in the state \(connection.state.name)")
        }
        return list
    }
}
