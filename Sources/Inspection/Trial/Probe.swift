import Addresses
import Conntrack
import Firewall
import IPVS

/// A packet that is sent in the sandbox, as a client, a router or a real server of the director would.
package struct Probe: Hashable, Sendable {
    package var packet: TrackedPacket
    /// Of an ICMP error.
    package var icmpCode: UInt8 = 0
    /// Whether what opens its connection came before. Otherwise nothing did: its entry was never confirmed, or has gone.
    package var isAfterOpening = false
    package var sender = Sender.client

    package enum Sender: Hashable, Sendable {
        case client
        /// To a client, through the director.
        case realServer
        /// To a client: the real server is the director itself.
        case director
    }

    package init(
        _ packet: TrackedPacket, icmpCode: UInt8 = 0, isAfterOpening: Bool = false, from sender: Sender = .client
    ) {
        (self.packet, self.icmpCode) = (packet, icmpCode)
        (self.isAfterOpening, self.sender) = (isAfterOpening, sender)
    }

    package var isAnswer: Bool { sender != .client }

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

    package static func opening(of service: Service.Identity) -> Probe? {
        if case .address(let `protocol`, _) = service { opening(`protocol`) } else { nil }
    }

    private static let vital: Set<SCTPChunk> = [.initiateAck, .cookieEcho, .cookieAck, .data, .sack]

    /// Whether nothing is served where it is dropped.
    package var isVital: Bool {
        switch packet {
        case .tcp: packetClass == .ack || packetClass == .synAck
        case .sctp(let packet): !Self.vital.isDisjoint(with: packet.chunks)
        case .udp: true
        case .dccp, .icmp, .icmpv6, .other: false
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
    /// As it was seen last.
    package var mark: UInt32 = 0
    /// Where it left the packet filter for good: POST_ROUTING, or LOCAL_IN for a socket of the director's own. Nil if it did not, and where
    /// there is no IPVS, behind which packets go on.
    package var exit: NetfilterHook?
    /// As it was seen last at LOCAL_OUT or POST_ROUTING, if IPVS took it and sent it on.
    package var laterState: CTState?
    /// Whether what dropped it comes after IPVS took it; the ctstate is the one there, then.
    package private(set) var isBehindIPVS = false

    package enum End: Equatable, Sendable {
        /// It came to where IPVS takes it; of what the director itself sends, to where it leaves.
        case passed(NetfilterHook)
        case dropped(DroppingRule)
        /// No rule was seen to drop it, but it did not arrive: routing, rp_filter, a program that takes packets.
        case lost
        /// Traces were lost, or it left the path that is watched: why.
        case unknown(String)
    }

    package init() {}

    package mutating func drop(by rule: DroppingRule) {
        if hasPassed { (isBehindIPVS, ctstate) = (true, laterState ?? ctstate) }
        end = .dropped(rule)
    }

    package var hasPassed: Bool {
        if case .passed = end { true } else { false }
    }

    package var droppingRule: DroppingRule? {
        if case .dropped(let rule) = end { rule } else { nil }
    }
}
