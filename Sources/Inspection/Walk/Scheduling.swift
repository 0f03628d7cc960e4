import Conntrack
import Firewall

/// What IPVS's decision about a packet to a service depends on, besides the packet.
package struct SchedulingConditions: Hashable, Sendable {
    /// Nil: the connection that such a packet usually has.
    package var connection: AssumedConnection?
    package var destination = AssumedDestination.available
    /// `net.ipv4.vs.sloppy_tcp`, `net.ipv4.vs.sloppy_sctp`: whether a packet from the middle of a connection opens one.
    package var sloppyTCP = false
    package var sloppySCTP = false
    /// `net.ipv4.vs.conn_reuse_mode`
    package var reuseMode = 1
    /// `net.ipv4.vs.expire_nodest_conn`
    package var expiresNodest = false
    /// `net.ipv4.vs.schedule_icmp`
    package var schedulesICMP = false

    package init() {}
}

/// What IPVS has of the connection that a packet belongs to.
package enum AssumedConnection: Hashable, Sendable {
    case none
    /// One, whose state does not matter to the question.
    case present
    case tcp(ConnectionStateMachine.State)
}

/// The destination of the packet's connection; without a connection, of the service's only one.
package enum AssumedDestination: String, CaseIterable, Hashable, Sendable {
    case available
    /// Its weight is 0.
    case quiesced
    /// It was removed from the service.
    case gone
}

/// What IPVS does with a packet to a service, before it forwards it.
///
/// Source: `ip_vs_in_hook`, `ip_vs_in_icmp`, `ip_vs_leave` (net/netfilter/ipvs/ip_vs_core.c), `tcp_conn_schedule` (ip_vs_proto_tcp.c),
/// `sctp_conn_schedule` (ip_vs_proto_sctp.c). The lab compares it with Linux 6.1 and 6.12 (`explain-decisions`).
package enum SchedulingDecision: Hashable, Sendable {
    /// It belongs to a connection.
    case continues
    /// It opens one, with a destination that the scheduler chooses.
    case opens
    /// Its connection had ended, or lost its destination: it is forgotten, and the packet opens a new one.
    case reopens(Cause)
    /// It is dropped, and its connection forgotten: the same packet sent again opens a new one.
    case dropsOnce(Cause)
    /// It is dropped silently, as is each that follows.
    case drops
    /// It is dropped, and the sender gets a port unreachable.
    case rejects
    /// IPVS does not take it: it goes on to the director's own stack.
    case leavesToHost

    package enum Cause: Hashable, Sendable {
        /// A SYN to a connection that had ended: `conn_reuse_mode`.
        case reuse
        /// `expire_nodest_conn`
        case nodest
    }

    /// - Parameter isTracked: an entry of the table is attached to the packet, not a fresh one (`nf_ct_is_confirmed`).
    init(_ question: WalkQuestion, isTracked: Bool) {
        let conditions = question.scheduling
        if !question.hasConnection {
            self = !question.isScheduled ? .leavesToHost : conditions.destination == .available ? .opens : .rejects
        } else if let cause = Self.causeToForget(question) {
            self = isTracked ? .dropsOnce(cause) : question.isScheduled ? .reopens(cause) : .leavesToHost
        } else {
            self = conditions.destination == .gone ? .drops : .continues
        }
    }

    /// Why the packet's connection is forgotten, if it is.
    private static func causeToForget(_ question: WalkQuestion) -> Cause? {
        let conditions = question.scheduling
        if conditions.expiresNodest {
            switch conditions.destination {
            case .gone: return .nodest
            case .quiesced: if question.beginsConnection { return .nodest }
            case .available: break
            }
        }
        return question.beginsConnection && question.collides ? .reuse : nil
    }
}

extension WalkQuestion {
    /// Whether IPVS has a connection for the packet.
    var hasConnection: Bool {
        if isOnePacket, !packet.isError { return false }
        switch scheduling.connection {
        case .none?: return false
        case .present?, .tcp?: return true
        case nil: break
        }
        switch packet {
        case .tcp: return ConnectionStateMachine(before: self)?.state != ConnectionStateMachine.State.none
        case .udp: return entry != nil
        case .sctp: return entry != nil || !beginsConnection
        case .icmp, .icmpv6, .dccp, .other: return true
        }
    }

    /// A packet that begins a connection (`is_new_conn`).
    fileprivate var beginsConnection: Bool {
        switch packet {
        case .tcp(let flags): flags.contains(.syn)
        case .sctp(let packet): packet.chunks.first == .initiate
        default: false
        }
    }

    /// Whether IPVS opens a connection for it.
    fileprivate var isScheduled: Bool {
        switch packet {
        case .tcp(let flags): !flags.contains(.rst) && (flags.contains(.syn) || scheduling.sloppyTCP)
        case .sctp(let packet): beginsConnection || scheduling.sloppySCTP && packet.chunks.first != .abort
        case .udp: true
        case .icmp, .icmpv6: scheduling.schedulesICMP
        case .dccp, .other: false
        }
    }

    /// The state of its connection is one in which a new connection may use the same ports (`is_new_conn_expected`); none that a template holds.
    fileprivate var collides: Bool {
        guard scheduling.reuseMode != 0, !isPersistent, let before = ConnectionStateMachine(before: self) else {
            return false
        }
        switch before.state {
        case .timeWait, .close: return true
        case .finWait: return scheduling.reuseMode & 2 != 0 && !repliesPassHere
        default: return false
        }
    }
}
