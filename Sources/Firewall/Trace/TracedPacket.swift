import Addresses
import Conntrack

/// A packet that a rule of our own table had traced, and what became of it.
package struct TracedPacket: Equatable, Sendable {
    /// What conntrack had attached to it when it was marked.
    package var state: CTState
    /// As they were when first told, before any NAT that came after; nil when none were told, or they are none of IP's. The kernel tells
    /// the first bytes only, so of an ICMP error the embedded flow is not known.
    package var headers: PacketHeaders?
    /// What became of it.
    package var end: End

    /// How a packet's trace ended.
    package enum End: Equatable, Sendable {
        case dropped(DroppingRule)
        /// No rule of nf_tables was seen to drop it. What is not traced may have: iptables-legacy, tc, a full queue; and so may a rule
        /// once the packet was put into a tunnel.
        case notDropped
        /// Messages were lost while it was followed.
        case unknown
    }

    init(state: CTState, headers: PacketHeaders? = nil, end: End) {
        self.state = state
        self.headers = headers
        self.end = end
    }
}

/// What traced packets are counted by.
package struct TracedKind: Hashable, Sendable {
    /// What kind of packets they are.
    package var packetClass: PacketClass
    /// Which state conntrack had given them when they were marked.
    package var state: CTState
    /// Nil when the headers are not known.
    package var `protocol`: IPProtocol?
    /// Of ICMP and ICMPv6, in nft(8)'s words: `frag-needed`.
    package var icmpName: String?
    /// Where they went to, which with the protocol finds the service; nil when the headers are not known, or too many different
    /// ones were seen. An ICMP error goes to the service's address and has no port.
    package var target: Target?

    /// A kind by what is known of its packets.
    package init(
        _ packetClass: PacketClass, state: CTState, protocol: IPProtocol? = nil, icmpName: String? = nil,
        target: Target? = nil
    ) {
        self.packetClass = packetClass
        self.state = state
        self.protocol = `protocol`
        self.icmpName = icmpName
        self.target = target
    }

    /// An address, and of protocols that have them a port.
    package struct Target: Hashable, Sendable {
        /// Where the packets went to.
        package var address: IPAddress
        /// Host order; nil of protocols without.
        package var port: UInt16?

        /// An address, and a port in host order.
        package init(_ address: IPAddress, _ port: UInt16? = nil) {
            self.address = address
            self.port = port
        }
    }

    init(_ packet: TracedPacket) {
        guard let headers = packet.headers else {
            self.init(.other, state: packet.state)
            return
        }
        self.init(
            headers.packetClass, state: packet.state, protocol: headers.protocol, icmpName: headers.icmpName,
            target: Target(headers.destination, headers.destinationPort))
    }
}
