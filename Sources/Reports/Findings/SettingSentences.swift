import IPVS
import Inspection

extension Finding {
    /// Of the checks of IPVS's settings, and of what only a check looks at in the conntrack table.
    func settingSentence(_ named: Named) -> String {
        switch id {
        case .defenseOn: defenseOn(named.settings)
        case .connectionHash:
            "IPVS has \(number("connections")) connections in \(number("buckets")) buckets: each packet's lookup compares "
                + "\(number("connections_per_bucket")) connections on average, which costs CPU under load "
                + "(net/netfilter/ipvs/ip_vs_conn.c, ip_vs_conn_in_get)."
        case .shortMemory:
            "\(sentenceList(named.settings.map { "\($0.name)=\($0.value)" })), and free and buffered memory (\(number("available_pages")) pages of "
                + "4 KiB; the page cache does not count) is less than twice net.ipv4.vs.amemthresh (\(number("amemthresh"))): below that, IPVS "
                + "drops connections or packets (net/netfilter/ipvs/ip_vs_ctl.c, update_defense_level)."
        case .timeoutShort:
            "IPVS forgets a TCP connection after \(number("tcp_timeout_seconds")) s without a packet, and hosts keep it longer: Linux asks for the "
                + "first time after \(number("keepalive_seconds")) s (tcp_keepalive_time). What an idle connection sends then is not scheduled, and the "
                + "director answers with RST (net/netfilter/ipvs/ip_vs_proto_tcp.c, tcp_state_transition and tcp_conn_schedule): pools of "
                + "database connections break."
        case .kernelQuadratic:
            "IPVS has \(number("connections")) connections: on this kernel ipvsadm -Lcn, and whatever else reads /proc/net/ip_vs_conn, "
                + "takes time that grows with the square of that (net/netfilter/ipvs/ip_vs_conn.c, ip_vs_conn_array). ct-inspect reads "
                + "them through BPF where it can."
        case .longChains:
            "The conntrack table may have \(number("limit")) entries in \(number("buckets")) buckets, each twice: when it is full, a "
                + "packet's lookup compares \(number("tuples_when_full")) tuples on average. That costs CPU under load "
                + "(net/netfilter/nf_conntrack_core.c, ____nf_conntrack_find)."
        case .establishedTimeout:
            "The conntrack table is \(number("percent")) % full (\(number("entries")) of \(number("limit")) entries), and "
                + "nf_conntrack_tcp_timeout_established is \(number("timeout_seconds") / 86_400) days: entries of connections "
                + "that ended unseen stay that long (net/netfilter/nf_conntrack_proto_tcp.c, tcp_timeouts)."
        default:
            named.settings.map { "\($0.name)=\($0.value)" }.joined() + ": "
                + (SettingEffects.all[id] ?? evidence.map { "\($0.name)=\($0.value)" }.joined(separator: ", ") + ".")
        }
    }

    private func defenseOn(_ settings: [Remedy.Setting]) -> String {
        let effects = settings.compactMap { setting -> String? in
            switch setting.name.split(separator: ".").last {
            case "drop_entry": "half-open connections are removed at random"
            case "drop_packet": "a share of new connections is dropped"
            case "secure_tcp": "a stricter TCP state table is used"
            default: nil
            }
        }
        let isShort = settings.contains { $0.value == 2 }
        return sentenceList(settings.map { "\($0.name)=\($0.value)" })
            + (isShort ? ": memory is short (net.ipv4.vs.amemthresh), and " : ": ") + sentenceList(effects)
            + " (net/netfilter/ipvs/ip_vs_ctl.c, update_defense_level)."
    }
}
