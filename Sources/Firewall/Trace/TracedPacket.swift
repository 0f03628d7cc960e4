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
