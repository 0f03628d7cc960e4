import IPVS
import Inspection

extension VerdictReason {
    /// The end of a sentence, without a full stop.
    package var words: String {
        switch self {
        case .untracked(let method, let hasSetting):
            let packets = method.map { "\($0.description.uppercased()) packets" } ?? "packets"
            let why =
                hasSetting
                ? "\(Sysctls.ipvsConntrack)=0" : "this kernel has no \(Sysctls.ipvsConntrack) (CONFIG_IP_VS_NFCT)"
            return "\(why): IPVS untracks \(packets) before they are confirmed"
        case .unexplained:
            return
                "\(Sysctls.ipvsConntrack)=1, and yet there is no entry: the connection is older than the setting, its entry has "
                + "expired, or its packets are not tracked (a notrack rule, or no rule here that uses the ctstate)"
        case .unknown(let why): return "\(Sysctls.ipvsConntrack) could not be read (\(why)), so the reason is not known"
        case .olderThanSetting:
            return
                "an entry with one direction, although \(Sysctls.ipvsConntrack)=0: it was made before that was set, or not by IPVS"
        case .unanswered: return "the real server's answer has not come back through the director"
        case .answeredElsewhere(let isConfirmedBySetting):
            let confirmed =
                isConfirmedBySetting
                ? "\(Sysctls.ipvsConntrack)=1 lets the first packet be confirmed" : "the first packet was confirmed"
            return confirmed + ", but the real server answers the client directly, so the director sees one direction"
        case .oneDirection: return "one direction was seen only"
        case .bothDirections(let method):
            return method == .nat
                ? "both directions pass the director" : "both directions were seen: the answers pass this host too"
        case .expected: return "IPVS waits for this connection's first packet, as a helper told it to (FTP data)"
        case .onePacket: return "the service schedules each packet (one-packet): IPVS keeps no connection"
        case .noConnection: return "IPVS has no connection to it: that has expired, or the entry was not made by IPVS"
        }
    }
}

/// The words for reasons, each created once: a million flows share a handful of reasons.
struct ReasonWords {
    private var known: [VerdictReason: String] = [:]

    subscript(reason: VerdictReason) -> String {
        mutating get {
            if let words = known[reason] { return words }
            let words = reason.words
            known[reason] = words
            return words
        }
    }
}
