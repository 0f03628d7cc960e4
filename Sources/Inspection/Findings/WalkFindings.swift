import Conntrack
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

    var all: [Finding] { [filtered] + [refused ?? passed, remembered].compactMap(\.self) }

    private var filtered: Finding {
        var evidence: [Finding.Evidence] = []
        if isInvalid, case .end(let state)? = unheard { evidence.append(.init("timeout", state.timeout)) }
        return Finding(
            .packetFiltered, isInvalid ? .warning : .info, .packet, evidence,
            context: .walk(.filtered(walk.judgement.ctstate, isInvalid ? unheard : nil)))
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
