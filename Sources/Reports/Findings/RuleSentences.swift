import Addresses
import IPVS
import Inspection

extension Finding {
    /// Of the checks of rules.
    func ruleSentence(_ named: Named) -> String {
        switch id {
        case .fwmarkUnset: return fwmarkUnset
        case .tableOwned:
            let (tables, isOne) = (Self.list(named.names), named.names.count == 1)
            return
                "The packet filter's \(isOne ? "table" : "tables") \(tables) \(isOne ? "belongs" : "belong") to the program that made "
                + "\(isOne ? "it" : "them"): nft(8) cannot add rules there (net/netfilter/nf_tables_api.c, nft_table_lookup). What has to be "
                + "changed is changed in that program's configuration, or by a table of one's own; see ct-inspect-advise(8)."
        default:
            let isOne = named.names.count == 1
            return
                "\(Self.list(named.names)) \(isOne ? "works" : "work") here: what is changed by hand in \(isOne ? "its" : "their") rules and "
                + "settings is changed back when \(isOne ? "it starts" : "they start"), or sooner. "
                + named.names.compactMap(Self.habit).joined(separator: " ")
        }
    }

    /// What a program that rewrites settings is known for.
    private static func habit(of program: String) -> String? {
        switch program {
        case "kube-proxy":
            "kube-proxy, in its IPVS mode, sets net.ipv4.vs.conntrack=1, so that conntrack confirms what IPVS forwards "
                + "(net/netfilter/ipvs/ip_vs_conn.c, ip_vs_conn_new), and conn_reuse_mode, expire_nodest_conn and expire_quiescent_template."
        case "Docker":
            "Docker sets net.ipv4.ip_forward=1 (net/ipv4/ip_forward.c, ip_forward), and FORWARD drops what no rule of its own accepts."
        case "Calico":
            "Calico puts its own rules before all others, at whichever place they were (net/netfilter/nf_tables_api.c, nf_tables_newrule)."
        default: nil
        }
    }

    private var fwmarkUnset: String {
        let (mark, packets) = (number("mark"), number("packets"))
        let what =
            "No rule of nf_tables or iptables gives packets the mark \(mark) before IPVS sees them, by which this service is found "
            + "(net/netfilter/ipvs/ip_vs_ctl.c, __ip_vs_svc_fwm_find)"
        return packets == 0
            ? what + ", and it has had no packet since it was made: clients reach the director's own sockets instead."
            : what
                + ". It has had \(packets) packets, which a rule marked that is gone, or something else: tc(8), eBPF."
    }

    /// Of the checks of two directors.
    func partnerSentence(_ named: Named) -> String {
        switch id {
        case .backupOnly:
            "A backup sync daemon runs here, this host is a real server of \(Self.list(named.services)) as well, and "
                + "net.ipv4.vs.backup_only=0: what the master sends here to be served, IPVS sends on to other real servers, the master perhaps, "
                + "and packets go round in circles (net/netfilter/ipvs/ip_vs_core.c, ip_vs_in_hook)."
        default:
            "A program here speaks VRRP, so another director takes over when this one fails, and no sync daemon runs: all connections "
                + "(\(Self.list(named.services))) break then (net/netfilter/ipvs/ip_vs_sync.c, ip_vs_sync_conn)."
        }
    }

    func largeReceive(_ named: Named) -> String {
        let isOne = named.interfaces.count == 1
        return
            "\(Self.list(named.interfaces)) \(isOne ? "has" : "have") large receive offload switched on: packets of a client are merged as they "
            + "arrive, and cannot be taken apart again to be sent on. Linux ends that where it forwards by itself (net/ipv4/devinet.c, "
            + "inet_forward_change) and drops such packets there (net/ipv4/ip_forward.c, ip_forward), but IPVS does not ask: uploads hang or crawl."
    }
}
