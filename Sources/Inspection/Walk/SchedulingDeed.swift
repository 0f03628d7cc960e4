import Conntrack
import Firewall

/// What IPVS does with a packet to a service, in a few words, and why.
struct SchedulingDeed {
    let what: String
    let reason: String
    let place: KernelPlace

    private init(_ what: String, _ reason: String, _ place: KernelPlace) {
        (self.what, self.reason, self.place) = (what, reason, place)
    }

    /// For a packet that IPVS takes. (The states of a TCP connection say more.)
    static func taking(_ question: WalkQuestion, _ decision: SchedulingDecision) -> SchedulingDeed {
        if question.packet.isError {
            let what = decision == .continues ? "finds the connection it is about" : "opens a connection for it"
            return SchedulingDeed(
                what, "it looks at the packet quoted in the error, whatever the ctstate",
                .ipvs("ip_vs_core", "ip_vs_in_icmp"))
        }
        let place = KernelPlace.ipvs("ip_vs_core", "ip_vs_in_hook")
        if question.isOnePacket {
            return SchedulingDeed("chooses a real server", "one-packet scheduling: no connection is kept", place)
        }
        let isOpen = question.packet == .udp && question.scheduling.connection == nil
        let what =
            isOpen
            ? "finds its connection, or opens one"
            : decision == .continues ? "finds its connection" : "opens a connection"
        return SchedulingDeed(what, "IPVS connections are independent of conntrack", place)
    }

    /// For a packet that finds its connection ended, or IPVS does not forward.
    static func verdict(_ decision: SchedulingDecision, _ question: WalkQuestion) -> SchedulingDeed {
        let hook = KernelPlace.ipvs("ip_vs_core", "ip_vs_in_hook")
        switch decision {
        case .continues, .opens: return taking(question, decision)
        case .reopens(let cause):
            return SchedulingDeed("forgets its connection", cause.words(question), hook)
        case .dropsOnce(let cause):
            let again =
                "its entry is in the table and leads to the old real server, so a new connection waits for the next packet"
            return SchedulingDeed(
                "drops it, forgets its connection", "\(cause.words(question)); \(again)", hook)
        case .drops:
            return SchedulingDeed(
                "drops it", "its destination is gone, and \(Sysctls.expireNodest)=0 keeps the connection", hook)
        case .rejects:
            return SchedulingDeed(
                "drops it, sends port unreachable", "the service has no destination with a weight",
                .ipvs("ip_vs_core", "ip_vs_leave"))
        case .leavesToHost: return leaving(question)
        }
    }

    private static func leaving(_ question: WalkQuestion) -> SchedulingDeed {
        let what = "does not take it"
        switch question.packet {
        case .tcp(let flags):
            let reason =
                flags.contains(.rst)
                ? "there is no connection, and a RST opens none"
                : "there is no connection, and \(Sysctls.sloppyTCP)=0 lets only a SYN open one"
            return SchedulingDeed(what, reason, .ipvs("ip_vs_proto_tcp", "tcp_conn_schedule"))
        case .sctp:
            let reason =
                question.scheduling.sloppySCTP
                ? "there is no connection, and ABORT opens none"
                : "there is no connection, and \(Sysctls.sloppySCTP)=0 lets only INIT open one"
            return SchedulingDeed(what, reason, .ipvs("ip_vs_proto_sctp", "sctp_conn_schedule"))
        default:
            return SchedulingDeed(
                what, "there is no connection that it is about, and \(Sysctls.scheduleICMP)=0 opens none",
                .ipvs("ip_vs_core", "ip_vs_in_icmp"))
        }
    }
}

extension SchedulingDecision.Cause {
    fileprivate func words(_ question: WalkQuestion) -> String {
        switch self {
        case .reuse:
            "\(Sysctls.connReuse)=\(question.scheduling.reuseMode): the ports of an ended connection are used again"
        case .nodest where question.scheduling.destination == .quiesced:
            "\(Sysctls.expireNodest)=1: the weight of its destination is 0"
        case .nodest: "\(Sysctls.expireNodest)=1: its destination is gone"
        }
    }
}

extension KernelPlace {
    static func ipvs(_ file: String, _ function: String) -> KernelPlace {
        KernelPlace("net/netfilter/ipvs/\(file).c", function)
    }
}
