import Conntrack
import Firewall
import IPVS

/// What a packet's path means.
package enum WalkFact: Hashable, Sendable {
    /// What a stateful filter does with its ctstate; and what goes unnoticed if the packet is dropped.
    case filtered(CTState, Unheard?)
    /// If let through, it moves IPVS's connection from one state to another, or leaves it unchanged.
    case passed(from: ConnectionStateMachine.State, to: ConnectionStateMachine.State)
    /// Its entry enters the table, with a state if the protocol has any. `withoutReplyBy` is the method with which no reply can advance it.
    case entered(state: String?, withoutReplyBy: ForwardingMethod?)
    /// Its entry never enters the table.
    case untracked
    /// Its entry is gone.
    case destroyed
    /// Once the filter lets it pass, IPVS does not forward it.
    case refused(SchedulingDecision, TrackedPacket)
    /// An ACK met an entry that waits for a SYN+ACK, which takes another path.
    case acksInvalid
    /// Every ACK is NEW, whose entry never was, or is gone, or saw no answer, as that takes another path.
    case acksNew
    /// A rule of the director's drops an ACK, as NEW, and lets SYNs pass.
    case ackDropped(DroppingRule)

    package enum Unheard: Hashable, Sendable {
        case beginning
        /// The connection stays in this state.
        case end(ConnectionStateMachine.State)
        /// An ICMP error to the real server, or to the client.
        case error(TupleDirection)
    }
}

struct WalkFindings {
    private let walk: PacketWalk
    private let connection: (before: ConnectionStateMachine, after: ConnectionStateMachine.State)?

    init(_ walk: PacketWalk, _ connection: (before: ConnectionStateMachine, after: ConnectionStateMachine.State)?) {
        self.walk = walk
        self.connection = connection
    }

    private var question: WalkQuestion { walk.question }
    private var isInvalid: Bool { walk.judgement.ctstate == .invalid }

    var all: [Finding] { [filtered] + [acksNew, refused ?? passed, remembered].compactMap(\.self) }

    private var filtered: Finding {
        var evidence: [Finding.Evidence] = []
        if isInvalid, case .end(let state)? = unheard { evidence.append(.init("timeout", state.timeout)) }
        return Finding(
            .packetFiltered, isInvalid ? .warning : .info, .packet, evidence,
            context: .walk(.filtered(walk.judgement.ctstate, isInvalid ? unheard : nil)))
    }

    /// What rules against floods do to it, which take NEW for the opening of a connection.
    private var acksNew: Finding? {
        guard walk.isNewACK else { return nil }
        return Finding(.packetFiltered, .info, .packet, context: .walk(.acksNew))
    }

    /// What goes unnoticed if the packet is dropped.
    private var unheard: WalkFact.Unheard? {
        if let connection {
            let state = connection.before.state
            return state == .none ? .beginning : .end(state)
        }
        return question.packet.isError ? .error(question.direction) : nil
    }

    /// What becomes of a packet that IPVS does not forward.
    private var refused: Finding? {
        guard let decision = walk.decision else { return nil }
        switch decision {
        case .continues, .opens, .reopens: return nil
        case .drops, .dropsOnce, .rejects, .leavesToHost:
            return Finding(
                .packetRefused, .warning, .packet, context: .walk(.refused(decision, question.packet)))
        }
    }

    /// What happens when the filter lets it pass.
    private var passed: Finding? {
        guard let connection, isInvalid else { return nil }
        return Finding(
            .packetPassed, .info, .packet, [.init("timeout", connection.after.timeout)],
            context: .walk(.passed(from: connection.before.state, to: connection.after)))
    }

    /// What is in the table afterwards, and what that means for later packets.
    private var remembered: Finding? {
        if let entry = walk.entered { return entered(entry) }
        if refused != nil { return nil }
        if isBlocked { return Finding(.acksInvalid, .error, .packet, context: .walk(.acksInvalid)) }
        let fact: WalkFact
        switch walk.judgement.fate {
        case .fresh, .recreated: fact = .untracked
        case .destroyed: fact = .destroyed
        default: return nil
        }
        return Finding(.packetRemembered, .info, .packet, context: .walk(fact))
    }

    private func entered(_ entry: TrackedEntry) -> Finding {
        let isOneWay =
            refused == nil && !question.repliesPassHere && question.isBalanced && question.direction == .original
        let blocksACKs = isOneWay && entry.state == TrackedTCP.State.synSent.name
        return Finding(
            .packetRemembered, blocksACKs ? .warning : .info, .packet,
            context: .walk(.entered(state: entry.state, withoutReplyBy: isOneWay ? question.method : nil)))
    }

    /// The client's ACK meets an entry that waits for a SYN+ACK, which takes another path.
    private var isBlocked: Bool {
        guard case .tcp(let tcp)? = question.entry?.memory else { return false }
        return tcp.state == .synSent && question.packet.packetClass == .ack && question.direction == .original
            && isInvalid && !question.repliesPassHere
    }
}

extension PacketWalk {
    /// Whether it is a client's ACK that is NEW, as conntrack sees no answers of its connection (`tcp_new`, net/netfilter/nf_conntrack_proto_tcp.c;
    /// `resolve_normal_ct`, nf_conntrack_core.c).
    fileprivate var isNewACK: Bool {
        question.packet.packetClass == .ack && question.direction == .original && judgement.ctstate == .new
            && !question.repliesPassHere && question.isBalanced
    }
}

extension PacketExplanation {
    /// What the director's own rules do to the packet, if that is wrong.
    package var findings: [Finding] {
        guard let service, let rules = rules?.value, rules.isReachable, rules.ctstate == .new,
            case .dropped(let rule) = rules.end, walks.contains(where: \.isNewACK)
        else { return [] }
        return [
            Finding(
                .acksDropped, .error, .service(service), context: .walk(.ackDropped(rule)),
                [.exempt([service]), .advise, .readManual])
        ]
    }
}
