import Conntrack
import Firewall
import Inspection

extension WalkFact {
    var sentence: String {
        switch self {
        case .filtered(.invalid, let unheard): return "A filter that drops INVALID drops it\(unheard?.words ?? "")."
        case .filtered(.new, _):
            return "A filter that accepts NEW for the service lets it pass; one that accepts ESTABLISHED only does not."
        case .filtered(.untracked, _): return "No rule about ESTABLISHED or INVALID matches it."
        case .filtered: return "A filter that accepts RELATED and ESTABLISHED lets it pass."
        case .passed(let old, let new) where old == new: return "Let through, it leaves IPVS's connection \(new.name)."
        case .passed(_, let new):
            return
                "Let through, it takes IPVS's connection to \(new.name), which times out after \(new.timeoutWords) by default."
        case .entered(let state, let method):
            let entry = "Its entry enters the table\(state.map { " in the state \($0)" } ?? "")"
            guard let method else { return entry + "." }
            let consequence =
                state == TrackedTCP.State.synSent.name
                ? "the client's ACKs and data are INVALID" : "the packets after this stay NEW"
            return "\(entry), and with \(method) no reply comes by that could take it further: \(consequence)."
        case .untracked:
            return
                "Its entry never enters the table, as IPVS untracks it: the next packet finds none, and is classified from scratch."
        case .destroyed: return "Its entry is gone: packets after this find none."
        case .refused(let decision, let packet): return decision.consequence(of: packet)
        case .acksNew:
            return
                "Every ACK of the connection is NEW here, as its entry never was, is gone, or saw no answer: a rule that drops what is NEW and "
                + "no SYN (FireHOL's, or -p tcp ! --syn -m conntrack --ctstate NEW) drops it, and no page loads. Accepting what is INVALID does not "
                + "help, only not tracking the service does."
        case .ackDropped(let rule):
            return "\(rule.isPolicy ? "The policy of \(rule)" : "\(rule)") drops this ACK as NEW, and lets SYNs pass. "
                + TrackedPacket.whyACKsAreNew
        case .acksInvalid:
            return
                "Every ACK and all data meet the same: with \(Sysctls.ipvsConntrack)=1 no page gets through such a filter."
        }
    }
}

extension WalkFact.Unheard {
    /// The end of a sentence, including what separates it from the beginning.
    fileprivate var words: String {
        switch self {
        case .beginning: ", and the connection never begins"
        case .end(let state):
            ": the other side never gets it, and IPVS's connection stays \(state.name) until its timeout "
                + "(\(state.timeoutWords) by default)"
        case .error(let direction):
            ": \(direction == .original ? "the real server" : "the client") never hears of it"
        }
    }
}

extension SchedulingDecision {
    fileprivate func consequence(of packet: TrackedPacket) -> String {
        switch self {
        case .drops:
            return
                "If the filter lets it through, IPVS drops it silently, as it does all packets of the connection until that times out: the client hears nothing."
        case .dropsOnce:
            return
                "If the filter lets it through, IPVS drops it once: the client sends it again, a second later or more, and that opens a new connection."
        case .rejects: return "If the filter lets it through, IPVS rejects it: the client gets a port unreachable."
        case .leavesToHost:
            return "Let through, it goes to the director's own stack, which \(packet.answerOfHost)."
        case .continues, .opens, .reopens: return ""
        }
    }
}

extension TrackedPacket {
    /// What a host does with a packet of a connection that it does not know.
    fileprivate var answerOfHost: String {
        switch self {
        case .tcp(let flags): flags.contains(.rst) ? "ignores it" : "answers with a RST: the client's connection ends"
        case .sctp(let packet) where packet.chunks.first == .abort: "ignores it"
        case .sctp: "answers with an ABORT, or without SCTP of its own with a protocol unreachable"
        default: "ignores it: the real server never hears of it"
        }
    }
}

extension ConnectionStateMachine.State {
    /// `15 min`, `10 s`
    fileprivate var timeoutWords: String { timeout % 60 == 0 ? "\(timeout / 60) min" : "\(timeout) s" }
}
