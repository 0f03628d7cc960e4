import IPVS
import Inspection

extension VerdictReason {
    /// The end of a sentence, without a full stop.
    package var words: String {
        switch self {
        case .untracked(let method, let cause):
            let packets =
                method == .local
                ? "packets to this host itself" : method.map { "\($0.description.uppercased()) packets" } ?? "packets"
            return "\(cause.words): IPVS untracks \(packets) before they are confirmed"
        case .unexplained(.setting):
            return
                "\(Sysctls.ipvsConntrack)=1, and yet there is no entry: the connection is older than the setting, its entry has "
                + "expired, or its packets are not tracked (\(Self.exemptions))"
        case .unexplained(.flag):
            return
                "IPVS leaves its packets to conntrack (IP_VS_CONN_F_NFCT), and yet there is no entry: its entry has expired, or "
                + "its packets are not tracked (\(Self.exemptions))"
        case .synchronized:
            return
                "learned from another director's sync daemon (IP_VS_CONN_F_SYNC), and no packet of it has come here since: it needs no entry"
        case .unknown(let why): return "\(Sysctls.ipvsConntrack) could not be read (\(why)), so the reason is not known"
        case .unexpected(.setting):
            return
                "an entry with one direction, although \(Sysctls.ipvsConntrack)=0: it was made before that was set, or not by IPVS"
        case .unexpected(.flag):
            return
                "an entry with one direction, although IPVS untracks its packets (it has no IP_VS_CONN_F_NFCT): they did not make it"
        case .untranslated:
            return
                "its entry expects the VIP's own answers, not a real server's: it was made before the service, or past IPVS, which "
                + "leaves it as it is"
        case .unanswered: return "the real server's answer has not come back through the director"
        case .answeredElsewhere(let evidence):
            let confirmed =
                switch evidence {
                case .setting: "\(Sysctls.ipvsConntrack)=1 lets the first packet be confirmed"
                case .flag:
                    "\(Sysctls.ipvsConntrack) was 1 when it was made (IP_VS_CONN_F_NFCT), so the first packet was confirmed"
                case nil: "the first packet was confirmed"
                }
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

extension VerdictReason {
    /// What untracks packets besides IPVS.
    private static let exemptions = "a notrack rule, or no rule here that uses the ctstate"
}

extension VerdictReason.Untracking {
    fileprivate var words: String {
        switch self {
        case .setting: "\(Sysctls.ipvsConntrack)=0"
        case .missingSetting: "this kernel has no \(Sysctls.ipvsConntrack) (CONFIG_IP_VS_NFCT)"
        case .flag: "\(Sysctls.ipvsConntrack) was 0 when the connection was made (it has no IP_VS_CONN_F_NFCT)"
        }
    }
}
