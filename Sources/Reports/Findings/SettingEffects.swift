import Inspection

/// What each `UnusualSetting` changes while it is reported, and where in the kernel; to follow its name and value.
enum SettingEffects {
    static let all: [Finding.ID: String] = [
        .estimationOff:
            "all rates of IPVS are 0, here and in whatever monitors them; its counters and schedulers are not affected "
            + "(net/netfilter/ipvs/ip_vs_ctl.c, ipvs_proc_run_estimation).",
        .natICMP:
            "a NAT real server that keeps sending on a connection IPVS no longer has is not told "
            + "(net/netfilter/ipvs/ip_vs_core.c, ip_vs_out_hook).",
        .scheduleICMP:
            "an ICMP error about a connection that this director does not have goes to no real server. That matters where several "
            + "directors share the traffic of one VIP (anycast, ECMP) (net/netfilter/ipvs/ip_vs_core.c, ip_vs_in_icmp).",
        .eventsOff:
            "conntrack sends no events, so conntrack -E and ct-inspect events show nothing, and the verdict never cannot be proven "
            + "(net/netfilter/nf_conntrack_ecache.c, nf_ct_ecache_ext_add).",
        .accountingOff:
            "entries have no packets and bytes, in ct-inspect dump as in conntrack -L; once it is 1, new ones have "
            + "(net/netfilter/nf_conntrack_core.c, init_conntrack).",
        .timestampsOff:
            "entries do not have the time at which they began, so that how old they are is not known; once it is 1, new ones have "
            + "(net/netfilter/nf_conntrack_core.c, init_conntrack).",
        .checksumsOff:
            "packets with a wrong checksum are tracked as if they were right, and not INVALID "
            + "(net/netfilter/nf_conntrack_proto_tcp.c, tcp_error).",
        .liberal:
            "segments outside the window that conntrack expects are not INVALID, so that a filter that drops INVALID lets them pass "
            + "(net/netfilter/nf_conntrack_proto_tcp.c, tcp_in_window).",
        .invalidResets:
            "RSTs outside the window are not INVALID, so that they end connections "
            + "(net/netfilter/nf_conntrack_proto_tcp.c, nf_conntrack_tcp_packet).",
        .logInvalid:
            "packets that are INVALID because they are malformed, or do not fit their connection, are logged, of all protocols if it is 255: "
            + "under load that fills the log (net/netfilter/nf_conntrack_proto.c, nf_ct_l4proto_log_invalid).",
    ]
}
