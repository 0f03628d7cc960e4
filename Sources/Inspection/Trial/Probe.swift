import Addresses
import Conntrack
import Firewall

/// A packet that is sent in the sandbox, as a client or a router of the director would.
package struct Probe: Hashable, Sendable {
    package var packet: TrackedPacket
    /// Of an ICMP error.
    package var icmpCode: UInt8 = 0
    /// Whether what opens its connection came before. Otherwise nothing did: its entry was never confirmed, or has gone.
    package var isAfterOpening = false

    package init(_ packet: TrackedPacket, icmpCode: UInt8 = 0, isAfterOpening: Bool = false) {
        (self.packet, self.icmpCode, self.isAfterOpening) = (packet, icmpCode, isAfterOpening)
    }

    package var packetClass: PacketClass { packet.packetClass }

    /// What opens a connection of a protocol; nil for one that is not tried.
    package static func opening(_ protocol: IPProtocol) -> Probe? {
        switch `protocol` {
        case .tcp: Probe(.tcp(.syn))
        case .udp: Probe(.udp)
        case .sctp: Probe(.sctp(SCTPPacket(usual: [.initiate], .original)))
        default: nil
        }
    }

    /// Whether nothing is served where it is dropped.
    package var isVital: Bool {
        switch packet {
        case .tcp: packetClass == .ack
        case .sctp(let packet): packet.chunks.contains { $0 == .cookieEcho || $0 == .data || $0 == .sack }
        case .udp, .icmp, .icmpv6, .other: false
        }
    }
}

/// What became of a probe.
package struct ProbeOutcome: Equatable, Sendable {
    /// After conntrack at PRE_ROUTING; nil if the packet did not come so far.
    package var ctstate: CTState?
    /// The rules that matched and the policies that decided, in the order in which the packet met them.
    package var steps: [TraceEvent] = []
    package var end = End.lost

    package enum End: Equatable, Sendable {
        /// It came to where IPVS takes it.
        case passed(NetfilterHook)
        case dropped(DroppingRule)
        /// No rule was seen to drop it, but it did not arrive: routing, rp_filter, a program that takes packets.
        case lost
        /// Traces were lost, or it left the path that is watched: why.
        case unknown(String)
    }

    package init() {}

    package var hasPassed: Bool {
        if case .passed = end { true } else { false }
    }

    package var droppingRule: DroppingRule? {
        if case .dropped(let rule) = end { rule } else { nil }
    }
}
