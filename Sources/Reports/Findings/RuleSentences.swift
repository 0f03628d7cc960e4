import Addresses
import IPVS
import Inspection

extension Finding {
    /// Of the checks of rules.
    func ruleSentence(_ named: Named) -> String {
        switch id {
        case .fwmarkUnset: return fwmarkUnset
        case .reversePathIPv6:
            return
                "\(Self.list(named.addresses)) is on \(named.interfaces.first ?? ""), but the default route leaves by "
                + "\(named.interfaces.last ?? ""): packets of clients that no other route leads to are dropped by \(named.names.joined()), which wants "
                + "them to come by the interface that answers leave by (net/ipv6/netfilter/nft_fib_ipv6.c, nft_fib6_eval), even with DR and TUN, "
                + "whose answers do not come this way."
        case .unsaved:
            let isOne = named.names.count == 1
            return
                "\(Self.list(named.names)) \(isOne ? "is" : "are") there now, and in none of \(number("files_read")) files that load rules: unless something "
                + "else loads \(isOne ? "it" : "them"), \(isOne ? "it is" : "they are") gone when the packet filter loads its rules again, or the host starts "
                + "(net/netfilter/nf_tables_api.c, nft_flush_table)."
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

    /// Of rules that are not as their files have them.
    func sentence(_ reload: RuleReload) -> String {
        func rules(_ rules: [String]) -> String {
            "\(rules.count) \(rules.count == 1 ? "rule" : "rules") (\(Self.list(rules)))"
        }
        let changes = [
            reload.lostTables.isEmpty
                ? nil
                : "deletes \(sentenceList(reload.lostTables)), which \(reload.lostTables.count == 1 ? "comes" : "come") from elsewhere",
            reload.lost.isEmpty ? nil : "deletes \(rules(reload.lost))",
            reload.gained.isEmpty ? nil : "adds \(rules(reload.gained))",
        ].compactMap(\.self)
        return
            "Loading \(sentenceList(reload.files)) again \(sentenceList(changes)), as was tried in a sandbox: what the packet filter does now is not what "
            + "it does after \(reload.unit.map { "the next reload of \($0)" } ?? "its next reload") (net/netfilter/nf_tables_api.c, nft_flush_table)."
    }

    /// What a program that rewrites settings is known for.
    private static func habit(of program: String) -> String? {
        switch program {
        case "kube-proxy":
            "kube-proxy, in its IPVS mode, sets net.ipv4.vs.conntrack=1, so that conntrack confirms what IPVS forwards "
                + "(net/netfilter/ipvs/ip_vs_conn.c, ip_vs_conn_new), and conn_reuse_mode, expire_nodest_conn and expire_quiescent_template; "
                + "it deletes services of IPVS that it did not make, except at addresses in its ipvs.excludeCIDRs (pkg/proxy/ipvs/proxier.go, "
                + "cleanLegacyService)."
        case "Docker":
            "Docker sets net.ipv4.ip_forward=1 (net/ipv4/ip_forward.c, ip_forward), and the policy of FORWARD to DROP: only what its rules, "
                + "or yours in DOCKER-USER, accept is forwarded. With firewall-backend=nftables it does neither."
        case "Calico":
            "Calico inserts its own rules before all others whenever they are not first (net/netfilter/nf_tables_api.c, nf_tables_newrule)."
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
                + ". It has had \(packets) \(packets == 1 ? "packet" : "packets"), marked by a rule that is gone, or by something else, such as "
                + "tc(8) or eBPF."
    }

    /// Of those that were tried.
    func triedRuleSentence(_ named: Named) -> String {
        let services = Self.list(named.services)
        if id == .notrackNAT {
            return number("ftp") > 0
                ? "The rules exempt \(services) from conntrack, by which ip_vs_ftp replaces the real server's address in its answers to "
                    + "PASV: clients log in and then transfer nothing (net/netfilter/ipvs/ip_vs_ftp.c, ip_vs_ftp_out)."
                : "The rules exempt what clients send to \(services) from conntrack, so that IPVS has no entry to prepare for the answers: they "
                    + "are INVALID, and were dropped in a sandbox (net/netfilter/ipvs/ip_vs_nfct.c, ip_vs_update_conntrack)."
        }
        guard id == .newLimit else {
            return
                "The rules exempt only a part of the packets of \(services) from conntrack: those of the other address family, or ICMP errors, "
                + "are still tracked, INVALID, and dropped (net/netfilter/nf_conntrack_core.c, nf_conntrack_in; "
                + "nf_conntrack_proto_icmp.c, nf_conntrack_inet_error)."
        }
        let limits = named.names.dropFirst()
        return
            "After \(number("acks_before")) ACKs of one connection in a moment, the packet filter dropped the next one to \(services): "
            + "\(named.names.first ?? "")\(limits.isEmpty ? "" : ", because of " + sentenceList(Array(limits))). Conntrack takes each ACK of such a "
            + "connection for a new one (net/netfilter/nf_conntrack_proto_tcp.c, tcp_new), so that a limit for new connections holds for all "
            + "packets: uploads crawl, and busy clients are locked out."
    }

    /// Of the checks of two directors.
    func partnerSentence(_ named: Named) -> String {
        switch id {
        case .backupOnly:
            "A backup sync daemon runs here, this host is a real server of \(Self.list(named.services)) as well, and "
                + "net.ipv4.vs.backup_only=0: what the master sends here to be served, IPVS sends on to other real servers, the master perhaps, "
                + "and packets go round in circles (net/netfilter/ipvs/ip_vs_core.c, ip_vs_in_hook)."
        case .syncFiltered where number("sent") > 0:
            "The packet filter drops what the master sync daemon here sends to other directors, by \(Self.list(named.interfaces)): "
                + "\(named.names.joined()). So they know none of the connections, and when one of them takes over, all break "
                + "(net/netfilter/ipvs/ip_vs_sync.c, ip_vs_send_sync_msg). A message sent in a sandbox showed it."
        case .syncFiltered:
            "The packet filter drops the master's messages to the backup sync daemon here, by \(Self.list(named.interfaces)): "
                + "\(named.names.joined()). So this director knows no connections, and a failover breaks them all "
                + "(net/netfilter/ipvs/ip_vs_sync.c, sync_thread_backup). A message sent in a sandbox showed it."
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
