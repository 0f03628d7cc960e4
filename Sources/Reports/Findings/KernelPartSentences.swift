import Inspection

extension Finding {
    /// Of the checks of what a kernel lacks, or has enough of.
    var kernelPartSentence: String {
        switch (id, severity) {
        case (.helpers, .error):
            "The module ip_vs_ftp is not loaded: nothing rewrites the real server's own address in its answers to PASV, or "
                + "expects the data connection that follows, so clients log in and then transfer nothing "
                + "(net/netfilter/ipvs/ip_vs_ftp.c, ip_vs_ftp_out)."
        case (.helpers, _):
            "SIP by UDP to \(number("destinations")) destinations without the persistence engine sip: messages of one call that come from "
                + "another port or host, as those of a proxy do, may go to another real server "
                + "(net/netfilter/ipvs/ip_vs_pe_sip.c, ip_vs_sip_fill_param)."
        case (.modules, .error):
            "The service has no scheduler (“none”): IPVS finds no destination for a new connection and refuses it, as when the scheduler's "
                + "module was missing while it was made (net/netfilter/ipvs/ip_vs_ctl.c, ip_vs_add_service; ip_vs_core.c, ip_vs_schedule)."
        case (.modules, _):
            "The module nf_conntrack_netlink is not loaded, and the kernel did not load it: the conntrack table cannot be read "
                + "(net/netfilter/nf_conntrack_netlink.c, ctnetlink_init)."
        default:
            "\(number("expectations")) of at most \(number("limit")) expected connections: at the limit no further one is expected, and the data "
                + "connections of FTP, or the media streams of SIP, that it was for are not RELATED "
                + "(net/netfilter/nf_conntrack_expect.c, __nf_ct_expect_check)."
        }
    }
}
