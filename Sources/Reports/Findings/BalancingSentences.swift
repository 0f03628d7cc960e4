import Conntrack
import Inspection

/// What IPVS did to packets that it did not send on, and why.
extension LossInIPVS {
    var sentence: String {
        let start =
            "\(lost) of \(total) \(packetsWord(total)) came past the packet filter at LOCAL_IN, and IPVS did not send "
            + "\(lost == 1 ? "it" : "them") on: "
        guard parts.count > 1 else { return start + (parts.first.map { words($0) } ?? "why is not known") + "." }
        return start + parts.map { "\($0.groups.list): \(words($0))" }.joined(separator: "; ") + "."
    }

    private func words(_ part: Part) -> String {
        switch part.causes.count {
        case 0: "nothing that was read says why"
        case 1: (part.isCertain ? "" : "possible is: ") + part.causes[0].words
        default:
            "possible are "
                + part.causes.enumerated().map { "(\($0.offset + 1)) \($0.element.words)" }.joined(separator: ", ")
        }
    }
}

extension LossInIPVS.Cause {
    /// The middle of a sentence, with the place in the kernel.
    fileprivate var words: String {
        switch self {
        case .noDestination:
            "no destination of the service takes connections (weight 0, or its upper threshold is reached), and clients get a port unreachable "
                + Self.core("ip_vs_leave")
        case .missedDestination:
            "the scheduler gives clients to a destination that takes no connections, and these get a port unreachable "
                + Self.core("ip_vs_leave")
        case .portZero:
            "a service for all ports that is not persistent takes no connections " + Self.core("ip_vs_schedule")
        case .gone(let count):
            "\(Self.connections(count)) of a destination that was removed, each of whose packets is dropped silently while "
                + "\(Sysctls.expireNodest) is 0 " + Self.core("ip_vs_in_hook")
        case .forgotten(let count):
            "\(Self.connections(count)) of a destination that was removed, or has weight 0 and gets a SYN: with \(Sysctls.expireNodest)=1 the "
                + "packet is dropped once where conntrack has its entry, and before Linux 5.9 always "
                + Self.core("ip_vs_in_hook")
        case .reused(let count):
            "SYNs with the ports of \(count.map { "\($0) connections" } ?? "connections") that ended, dropped once where conntrack has the old "
                + "entry (\(Sysctls.connReuse), \(Sysctls.ipvsConntrack)=1) " + Self.core("ip_vs_in_hook")
        case .defence:
            "\(Sysctls.dropPacket) is active, which drops some of those that open a connection (include/net/ip_vs.h, ip_vs_todrop)"
        case .unsendable(let errors):
            "packets that are too large for the way to the real server (a tunnel's header counts), whose TTL ended, or for which there is no "
                + "route" + (errors.map { ": this host sent or held back \($0) ICMP errors" } ?? "")
                + " (net/netfilter/ipvs/ip_vs_xmit.c, __ip_vs_get_out_rt)"
        case .rule: "a rule at LOCAL_OUT before conntrack (raw)"
        }
    }

    private static func core(_ function: String) -> String { "(net/netfilter/ipvs/ip_vs_core.c, \(function))" }

    private static func connections(_ count: Int?) -> String {
        switch count {
        case 1?: "a connection"
        case let count?: "\(count) connections"
        case nil: "connections"
        }
    }
}

extension LeftToHost {
    var sentence: String {
        let count = groups.packets
        let setting = isStrict.map { $0 ? ", and by its settings only a packet that opens one gets one" : "" } ?? ""
        let active = settings.map { "\($0.name)=\($0.value)" }
        return
            "\(groups.list) of \(total) \(packetsWord(total)) \(count == 1 ? "was" : "were") left to the director's own stack, which resets: "
            + "IPVS has no connection for \(count == 1 ? "it" : "them")\(setting) (net/netfilter/ipvs/\(Self.place(groups)))"
            + (active.isEmpty ? "" : "; \(sentenceList(active)) may be why") + "."
    }

    private static func place(_ groups: [PacketGroup]) -> String {
        groups.contains { $0.packetClass == .sctp }
            ? "ip_vs_proto_sctp.c, sctp_conn_schedule" : "ip_vs_proto_tcp.c, tcp_conn_schedule"
    }
}
