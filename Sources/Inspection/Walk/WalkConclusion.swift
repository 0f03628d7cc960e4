import Conntrack
import IPVS

/// What a packet's way means, in sentences.
struct WalkConclusion {
    private let walk: PacketWalk
    private let connection: (before: IPVSConnection, after: IPVSConnection.State)?

    init(_ walk: PacketWalk, _ connection: (before: IPVSConnection, after: IPVSConnection.State)?) {
        self.walk = walk
        self.connection = connection
    }

    private var question: WalkQuestion { walk.question }

    var sentences: [String] { [filtered] + [passed, remembered].compactMap { $0 } }

    private var filtered: String {
        switch walk.judgement.ctstate {
        case .invalid: "A filter that drops INVALID drops it\(unheard)."
        case .new: "A filter that accepts NEW for the service lets it pass; one that accepts ESTABLISHED only does not."
        case .untracked: "No rule about ESTABLISHED or INVALID matches it."
        default: "A filter that accepts RELATED and ESTABLISHED lets it pass."
        }
    }

    /// What nobody hears of when the packet is dropped.
    private var unheard: String {
        if let connection {
            let state = connection.before.state
            return state == .none
                ? ", and the connection never begins"
                : ": the other side never gets it, and IPVS's connection stays \(state.name) until its timeout (\(state.timeout) by default)"
        }
        return question.packet.packetClass == .icmpError
            ? ": \(question.direction == .original ? "the real server" : "the client") never hears of it" : ""
    }

    /// What happens when the filter lets it pass.
    private var passed: String? {
        guard let connection, walk.judgement.ctstate == .invalid else { return nil }
        let (old, new) = (connection.before.state, connection.after)
        guard old != new else { return "Let through, it leaves IPVS's connection \(new.name)." }
        return
            "Let through, it takes IPVS's connection to \(new.name), which times out after \(new.timeout) by default."
    }

    /// What is in the table afterwards, and what that does to the packets after this.
    private var remembered: String? {
        if let entry = walk.entered { return entered(entry) }
        if isBlocked {
            return
                "Every ACK and all data meet the same: with \(Sysctls.ipvsConntrack)=1 no page gets through such a filter."
        }
        switch walk.judgement.fate {
        case .fresh, .recreated:
            return
                "Its entry never enters the table, as IPVS untracks it: the next packet finds none, and is judged anew."
        case .destroyed: return "Its entry is gone: packets after this find none."
        default: return nil
        }
    }

    private func entered(_ entry: TrackedEntry) -> String {
        let state = entry.state.map { " in the state \($0)" } ?? ""
        guard !question.repliesPassHere, question.isBalanced, question.direction == .original else {
            return "Its entry enters the table\(state)."
        }
        let consequence =
            entry.state == TrackedTCP.State.synSent.name
            ? "the client's ACKs and data are INVALID" : "the packets after this stay NEW"
        return
            "Its entry enters the table\(state), and with \(question.method) no reply comes by that could take it further: \(consequence)."
    }

    /// The client's ACK meets an entry that waits for a SYN+ACK, which goes another way.
    private var isBlocked: Bool {
        guard case .tcp(let tcp)? = question.entry?.memory else { return false }
        return tcp.state == .synSent && question.packet.packetClass == .ack && question.direction == .original
            && walk.judgement.ctstate == .invalid && !question.repliesPassHere
    }
}
