import Addresses
import Conntrack

/// A packet traced by a rule of our table, and what happened to it.
package struct TracedPacket: Equatable, Sendable {
    /// What conntrack had attached when it was marked.
    package var state: CTState
    /// As first reported, before any later NAT; nil if none were reported, or they are not IP. The kernel reports only the first bytes, so
    /// the embedded flow of an ICMP error is unknown.
    package var headers: PacketHeaders?
    package var end: End
    /// The last of our points that it was seen to pass: what dropped it lies behind that one. Nil if it was dropped at the hook where its
    /// trace began, before that hook's chain had ended.
    package var after: ObservationPoint?

    /// How a packet's trace ended.
    package enum End: Equatable, Sendable {
        case dropped(DroppingRule)
        /// No nf_tables rule was seen to drop it. Something that is not traced may have: iptables-legacy, tc, a full queue; or a rule after the
        /// packet was put into a tunnel.
        case notDropped
        /// Messages were lost while following it.
        case unknown
    }

    package init(state: CTState, headers: PacketHeaders? = nil, end: End) {
        self.state = state
        self.headers = headers
        self.end = end
    }
}

/// What distinguishes traced packets in counts.
package struct TracedKind: Hashable, Sendable {
    package var packetClass: PacketClass
    /// The state assigned by conntrack when they were marked.
    package var state: CTState
    /// Nil if the headers are unknown.
    package var `protocol`: IPProtocol?
    /// For ICMP and ICMPv6, as in nft(8): `frag-needed`.
    package var icmpName: String?
    /// The destination, which with the protocol determines the service; nil if the headers are unknown, or there were too many different
    /// ones. An ICMP error goes to the service's address and has no port.
    package var target: Target?
    /// The last point that they passed; nil if that is not known.
    package var after: ObservationPoint?

    package init(
        _ packetClass: PacketClass, state: CTState, protocol: IPProtocol? = nil, icmpName: String? = nil,
        target: Target? = nil, after: ObservationPoint? = nil
    ) {
        self.packetClass = packetClass
        self.state = state
        self.protocol = `protocol`
        self.icmpName = icmpName
        self.target = target
        self.after = after
    }

    /// An address, and a port for protocols that have them.
    package struct Target: Hashable, Sendable {
        package var address: IPAddress
        /// Host order; nil for protocols without ports.
        package var port: UInt16?

        package init(_ address: IPAddress, _ port: UInt16? = nil) {
            self.address = address
            self.port = port
        }
    }

    init(_ packet: TracedPacket) {
        guard let headers = packet.headers else {
            self.init(.other, state: packet.state, after: packet.after)
            return
        }
        self.init(
            headers.packetClass, state: packet.state, protocol: headers.protocol, icmpName: headers.icmpName,
            target: Target(headers.destination, headers.destinationPort), after: packet.after)
    }
}
