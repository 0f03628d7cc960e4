import Addresses
import Inspection

/// What is wrong between hosts, which are named in the order of the finding.
extension Finding {
    func fleetSentence(_ named: Named) -> String {
        switch id {
        case .fleetStuck, .fleetLost, .fleetUnanswered, .fleetMissing: connectionSentence(named)
        case .syncNone, .syncEmpty, .syncDiffers, .servicesDiffer, .vipTwoOwners: directorsSentence(named)
        case .clocksDiffer: clockSentence(named)
        default: realServerSentence(named)
        }
    }

    private func host(_ named: Named, _ place: Int) -> String {
        named.names.indices.contains(place) ? named.names[place] : "?"
    }

    private func others(_ named: Named) -> String { named.names.dropFirst().joined(separator: ", ") }

    private var connections: String {
        "\(number("connections")) of \(number("of")) connections"
    }

    private func connectionSentence(_ named: Named) -> String {
        let (director, others) = (host(named, 0), others(named))
        switch id {
        case .fleetStuck:
            return
                "\(connections) are ESTABLISHED on \(director), and have ended for their real servers (\(others)): their FINs or RSTs did not "
                + "get to IPVS. Such a connection stays until its timeout, counts for the scheduler, and a client that uses the port again is "
                + "sent to the same real server. ct-inspect check and ct-inspect observe on \(director) show what dropped them "
                + "(net/netfilter/ipvs/ip_vs_proto_tcp.c, set_tcp_state)."
        case .fleetLost:
            return
                "\(number("connections")) \(number("connections") == 1 ? "connection is" : "connections are") open on \(others), and no "
                + "director has \(number("connections") == 1 ? "it" : "them"), as after a failover without a sync daemon, or ipvsadm -C: IPVS "
                + "does not schedule an ACK, and the director's own stack answers it with a RST, unless net.ipv4.vs.sloppy_tcp is 1 "
                + "(net/netfilter/ipvs/ip_vs_proto_tcp.c, tcp_conn_schedule)."
        case .fleetUnanswered:
            return
                "\(connections) are SYN_RECV on \(director), and their real servers (\(others)) have no socket for them: the real server "
                + "refused them, or their ACKs do not get through (net/netfilter/ipvs/ip_vs_proto_tcp.c, set_tcp_state)."
        default:
            return
                "\(connections) of \(director) are missing on \(others): when it takes over, IPVS does not know them, and they break "
                + "(net/netfilter/ipvs/ip_vs_sync.c, ip_vs_sync_conn)."
        }
    }

    private func directorsSentence(_ named: Named) -> String {
        let (one, other) = (host(named, 0), host(named, 1))
        switch id {
        case .syncNone:
            return
                "\(one) and \(other) have services in common, and no sync daemon of one tells the other of connections "
                + "(\(number("sync_daemons")) run): a failover breaks them all (net/netfilter/ipvs/ip_vs_sync.c, ip_vs_sync_conn)."
        case .syncDiffers:
            return
                "The sync daemons of \(one) and \(other) do not speak to each other: sync id \(number("master_sync_id")) and "
                + "\(number("backup_sync_id")), port \(number("master_port")) and \(number("backup_port")), net.ipv4.vs.sync_version "
                + "\(number("master_sync_version")) and \(number("backup_sync_version"))"
                + (named.addresses.isEmpty
                    ? "" : ", group \(named.addresses.map(\.description).joined(separator: " and "))")
                + " (net/netfilter/ipvs/ip_vs_sync.c, ip_vs_process_message). A failover breaks all connections."
        case .syncEmpty:
            return
                "\(other) runs a backup sync daemon, and lacks \(number("connections")) of \(number("of")) connections that \(one) should have "
                + "told it of: look for a packet filter that drops its messages on either (ct-inspect check), and for the wrong interface "
                + "(net/netfilter/ipvs/ip_vs_sync.c, sync_thread_backup)."
        case .servicesDiffer:
            return
                "\(one) and \(other) do not have the same services: \(Self.list(named.services)). New connections that the one in charge "
                + "forwards, the other will forward otherwise, or not at all, when it takes over "
                + "(net/netfilter/ipvs/ip_vs_core.c, ip_vs_schedule)."
        default:
            return
                "\(one) and \(other) both answer for \(Self.list(named.addresses)): which of them gets a client's packets changes as neighbours "
                + "ask again, and each has only a part of the connections (net/ipv4/arp.c, arp_process)."
        }
    }

    private func realServerSentence(_ named: Named) -> String {
        let (server, director) = (host(named, 0), host(named, 1))
        let addresses = Self.list(named.addresses)
        switch id {
        case .vipMissingOnServer:
            return
                "\(server) is a real server of \(director) by DR or TUN, and does not have \(addresses): packets arrive with the VIP as their "
                + "destination, are not for this host, and are forwarded or dropped (net/ipv4/route.c, ip_route_input_slow). Give it the "
                + "address on lo, with /32 or /128."
        case .arpFlux where number("answers") > 0:
            return
                "\(server), a real server of \(director), answers ARP for \(addresses) on \(Self.list(named.interfaces)) "
                + "(arp_ignore=\(number("arp_ignore"))): clients reach it without the director (net/ipv4/arp.c, arp_ignore)."
        case .arpFlux:
            return
                "\(server), a real server of \(director), may ask by ARP in the name of \(addresses) on \(Self.list(named.interfaces)) "
                + "(arp_announce=\(number("arp_announce"))): hosts that hear that take it for the VIP's owner, and send to it without the "
                + "director (net/ipv4/arp.c, arp_solicit)."
        case .neighbourDiscovery:
            return
                "\(server), a real server of \(director), has \(addresses) on \(Self.list(named.interfaces)), where it answers neighbour "
                + "solicitations: clients reach it without the director (net/ipv6/ndisc.c, ndisc_recv_ns). Give it the address on lo."
        case .timeoutShort:
            return
                "\(director) forgets a TCP connection after \(number("tcp_timeout_seconds")) s without a packet, and \(server) "
                + "asks for the first time after \(number("keepalive_seconds")) s whether the client is there (tcp_keepalive_time), unless a "
                + "program has set that otherwise: what an idle connection sends then is not scheduled, and the director answers with RST "
                + "(net/netfilter/ipvs/ip_vs_proto_tcp.c, tcp_state_transition and tcp_conn_schedule)."
        default:
            let gateways = named.others.isEmpty ? "none" : Self.list(named.others)
            return
                "\(server) is a real server of \(director) by NAT, and the default route of \(addresses) does not lead there (\(gateways)): "
                + "its answers reach clients from its own address, and they refuse them (net/netfilter/ipvs/ip_vs_core.c, handle_response)."
        }
    }

    private func clockSentence(_ named: Named) -> String {
        let difference = Double(number("milliseconds")) / 1000
        return
            "The clock of \(host(named, 0)) is \(difference) s \(number("ahead") == 1 ? "ahead of" : "behind") that of \(host(named, 1)), as "
            + "the last packets of \(number("connections")) connections show, which both saw; it was taken into account."
    }
}
