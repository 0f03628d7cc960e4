import Addresses
import IPVS
import Inspection

extension Finding {
    /// Of the checks of the network.
    func networkSentence(_ named: Named) -> String {
        let (addresses, interface) = (Self.list(named.addresses), named.interfaces.first ?? "")
        switch id {
        case .vipMissing: return vipMissing(named)
        case .arpDirector:
            return
                "\(addresses) is on an interface without ARP only, and \(interface), on whose link it is, answers for addresses of its own "
                + "only (arp_ignore=\(number("arp_ignore"))): nobody answers for the VIP (net/ipv4/arp.c, arp_ignore)"
                + (severity == .error
                    ? "." : ". A standby director, which may be a real server as well, is meant to be so.")
        case .reversePath: return reversePath(named)
        case .notOnLink:
            return
                "DR with a gateway (\(Self.list(named.others))) in front of \(addresses): packets keep the VIP as their destination, so the "
                + "gateway sends them back to a director instead (net/netfilter/ipvs/ip_vs_xmit.c, ip_vs_dr_xmit)"
                + (self["by_default_route"] == 0 ? ", unless the gateway is the real server itself." : ".")
        case .unroutable:
            return "There is no route to \(addresses): IPVS drops each packet for it and answers with an ICMP error "
                + "(net/netfilter/ipvs/ip_vs_xmit.c, __ip_vs_get_out_rt)."
        case .neighbourFailed:
            let since = self["seconds_ago"].map { " \($0) s ago" } ?? ""
            return
                "\(addresses), or the gateway in front of it, did not answer ARP or neighbour discovery when it was last asked\(since): "
                + "packets for it are dropped (net/core/neighbour.c, neigh_invalidate)."
        case .sendRedirects:
            return
                "NAT real servers (\(addresses)) and clients are reached by the same interface (\(Self.list(named.interfaces))), and "
                + "send_redirects is on: the director tells a real server to send its answers past it, where nothing translates them "
                + "(net/ipv4/ip_forward.c, ip_forward; route.c, __mkroute_input)."
        default:
            return "TUN puts a header in front of each packet to \(addresses): of clients' packets, those of more than "
                + "\(number("largest_packet")) bytes do not fit, and IPVS answers them with an ICMP error, which has to reach the client "
                + "(net/netfilter/ipvs/ip_vs_xmit.c, ensure_mtu_is_adequate). What clients download is not affected."
        }
    }

    private func vipMissing(_ named: Named) -> String {
        let what =
            "\(Self.list(named.addresses)) is not an address of this host: packets for it are not delivered locally, where IPVS would take "
            + "them (net/netfilter/ipvs/ip_vs_core.c, ip_vs_ops4)."
        if severity == .error { return what }
        return what
            + (number("vips_here") == 0
                ? " Here that is so for all VIPs, as on a standby director." : " Another director may have it.")
    }

    private func reversePath(_ named: Named) -> String {
        let source = "(net/ipv4/fib_frontend.c, __fib_validate_source)"
        guard let address = named.addresses.first else {
            return
                "rp_filter dropped \(number("dropped")) packets in \(number("seconds")) s (of \(number("received")) received): they came by "
                + "another interface than the one by which their answers would leave, and \(Self.list(named.interfaces)) "
                + "\(named.interfaces.count == 1 ? "is" : "are") strict \(source). Forged packets are dropped in the same way."
        }
        return
            "\(address) is on \(named.interfaces.first ?? ""), with strict rp_filter, but the default route leaves by "
            + "\(named.interfaces.last ?? ""): packets of clients that no other route leads to are dropped \(source), even with DR and TUN, whose "
            + "answers do not come this way. rp_filter has dropped \(number("dropped_since_boot")) packets since boot."
    }

    /// Of the checks of what grows.
    func growthSentence(_ named: Named) -> String {
        switch id {
        case .invalidRate:
            "\(number("invalid")) packets were INVALID in \(number("seconds")) s, of \(number("received")) received "
                + "(net/netfilter/nf_conntrack_core.c, nf_conntrack_in)"
                + (number("dr_or_tun_services") > 0
                    ? ". With DR and TUN that is so for FINs and RSTs, and harmless if the packet filter lets them pass."
                    : ".")
        case .stuck:
            "In \(number("seconds")) s \(number("new")) new connections came, none is in a state that follows a FIN or RST, and "
                + "\(number("without_packets")) of the \(number("established")) that were ESTABLISHED before and after had no packet: ends of "
                + "connections do not reach IPVS, as behind a filter that drops INVALID, or no connection has ended for minutes "
                + "(net/netfilter/ipvs/ip_vs_proto_tcp.c, set_tcp_state)."
        case .icmpLimited:
            "\(number("held_back")) ICMP errors were not sent in \(number("seconds")) s, as there were too many: clients that need one, as "
                + "for a packet that is too big, wait (net/ipv4/icmp.c, icmp_global_allow and icmpv4_xrlim_allow)."
        default:
            "\(Self.list(named.destinations)) \(named.destinations.count == 1 ? "has" : "have") weight 0, and in \(number("seconds")) s the "
                + "active connections (\(number("active_connections"))) did not become fewer: they last long, or persistence brings new ones "
                + "(net/netfilter/ipvs/ip_vs_core.c, ip_vs_sched_persist)."
        }
    }
}
