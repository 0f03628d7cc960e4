import Conntrack
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

extension ConnectionStateMachine.State {
    /// `15 min`, `10 s`
    fileprivate var timeoutWords: String { timeout % 60 == 0 ? "\(timeout / 60) min" : "\(timeout) s" }
}
