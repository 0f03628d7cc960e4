import IPVS
import Inspection

extension Finding {
    /// How many flows have a verdict, and why.
    func sentence(_ verdict: FlowVerdict, _ reason: VerdictReason) -> String {
        let count = number(verdict.rawValue)
        guard verdict != .orphan else {
            let have =
                count == 1 ? "entry for a service's VIP and port has" : "entries for a service's VIP and port have"
            return "\(count) \(have) no connection (orphan): \(reason.words)."
        }
        return
            "\(count) of \(number("connections")) connections \(phrase(verdict, isOne: count == 1)): \(reason.words)."
    }

    private func phrase(_ verdict: FlowVerdict, isOne: Bool) -> String {
        let verb = isOne ? "is" : "are"
        switch verdict {
        case .never:
            let watched = self["watched_seconds"].map {
                " (watched for \($0) s, \(number("new_events")) NEW events, none lost)"
            }
            return "began and never \(isOne ? "was" : "were") in the conntrack table\(watched ?? "")"
        case .absent:
            let isWatched = self["watched_seconds"] != nil
            return "\(verb) absent from the conntrack table\(isWatched ? ", and may be older than the watch" : "")"
        case .unreplied, .tracked, .orphan, .synced: return "\(verb) \(verdict.rawValue)"
        }
    }

    var connectionsUnread: String {
        let (read, known) = (number("connections_read"), number("connections_known"))
        let percent = known > 0 ? read * 100 / known : 0
        return "\(read) of about \(known) connections were read (\(percent) %): all other numbers are of these."
    }

    var noMatch: String {
        let count = number("connections")
        let what = number("orphans") == 0 ? "flow" : "connection"
        return "No \(what) matches the filter; IPVS has \(count) \(count == 1 ? "connection" : "connections")."
    }

    // MARK: What it means for a stateful filter

    /// Of TCP connections by these methods.
    func sentence(_ methods: [ForwardingMethod]) -> String {
        let names = sentenceList(methods.map { $0.description.uppercased() })
        func share(_ name: String) -> String {
            let count = number(name)
            return "\(count) of \(number("connections")) TCP connections by \(names) \(count == 1 ? "is" : "are")"
        }
        switch id {
        case .vsConntrackDR: return share("unreplied") + unreplied
        case .vsConntrackNAT: return share("absent") + absent(translated)
        case .vsConntrackLocal: return share("absent") + absent(local)
        case .tcpLoose0: return share("absent") + absent(oneWay("all their packets but SYNs"))
        default: return share("absent") + absent(oneWay("their FINs, RSTs and ICMP errors"))
        }
    }

    private func absent(_ meaning: String) -> String {
        let setting = self["vs_conntrack"].map { " (\(Sysctls.ipvsConntrack)=\($0))" } ?? ""
        return " not in the conntrack table\(setting): \(meaning)."
    }

    private func oneWay(_ packets: String) -> String {
        let quiet = self["observed_seconds"].map { ". In \($0) s of observing, none was dropped" }
        return "unless a notrack rule exempts them, a filter that drops INVALID drops \(packets)" + (quiet ?? "")
    }

    private var translated: String {
        "their answers come back through the director, and a filter that drops INVALID at FORWARD drops them"
    }

    private var local: String {
        "this host is the real server itself, and a filter that drops INVALID drops its own answers at OUTPUT, and their FINs, RSTs "
            + "and ICMP errors at INPUT"
    }

    private var unreplied: String {
        let (count, half) = (number("unreplied"), number("half_open"))
        let whose = count == 1 ? "its" : "their"
        let cause =
            self["vs_conntrack"].map { $0 != 0 } ?? false
            ? ", as \(Sysctls.ipvsConntrack)=1 confirms \(whose) SYN and the answers bypass the director" : ""
        let which = half < count ? "\(half) of them" : count == 1 ? "it" : "them"
        return " unreplied\(cause): a filter that drops INVALID drops \(whose) ACKs and data, and no page loads."
            + (half == 0 ? "" : " IPVS saw no ACK of \(which).")
    }
}
