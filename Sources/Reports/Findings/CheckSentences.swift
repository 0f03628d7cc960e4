import Addresses
import IPVS
import Inspection

/// What the checks say, a sentence of what is wrong and one of why, with the place in the kernel's sources. Those that `flows` or `stats` find
/// as well are in their own files.
extension Finding {
    /// Of a check's finding, with what it names.
    func sentence(_ named: Named) -> String {
        switch id {
        case .noDestination, .thresholdHit, .portZero, .ftpPersistence, .portDiffers, .ipForward, .familyMissing:
            serviceSentence(named)
        case .helpers, .modules, .expectationsFull: kernelPartSentence
        case .vsConntrackDR, .tcpLoose0, .vsConntrackNAT, .mixedMethods, .udpTimeout: trackingSentence(named)
        case .expireNodest, .expireQuiescent, .connReuseDelay, .connReuseOff, .sloppy, .syncPersist:
            failoverSentence(named)
        case .vipMissing, .arpDirector, .reversePath, .notOnLink, .unroutable, .neighbourFailed, .sendRedirects,
            .tunnelMTU:
            networkSentence(named)
        case .invalidRate, .icmpLimited, .drained, .stuck: growthSentence(named)
        case .newLimit, .notrackHalf, .notrackNAT: triedRuleSentence(named)
        case .fwmarkUnset, .tableOwned, .settingsRewritten, .reversePathIPv6, .unsaved: ruleSentence(named)
        case .syncNone where number("directors") > 0: fleetSentence(named)
        // Of a check it names no hosts.
        case .timeoutShort where !named.names.isEmpty: fleetSentence(named)
        case .backupOnly, .syncFiltered, .syncNone: partnerSentence(named)
        case .fleetStuck, .fleetLost, .fleetUnanswered, .fleetMissing, .syncEmpty, .syncDiffers, .servicesDiffer,
            .vipTwoOwners, .vipMissingOnServer, .arpFlux, .neighbourDiscovery, .natGateway, .clocksDiffer:
            fleetSentence(named)
        case .largeReceive: largeReceive(named)
        case .leftGone, .leftDrained: leftSentence(named)
        case .natUnanswered, .untranslated: natSentence(named)
        case .tcpTimeoutsDiffer, .udpTimeoutsDiffer: timeoutSentence
        default: settingSentence(named)
        }
    }

    // MARK: Services

    private func serviceSentence(_ named: Named) -> String {
        switch id {
        case .noDestination: noDestination
        case .thresholdHit:
            "\(Self.list(named.destinations)) \(Self.areOrIs(named.destinations)) at or above the upper threshold "
                + "(\(number("connections")) of \(number("upper_thresholds")) connections): schedulers pass over "
                + "such a destination until its connections fall below the lower threshold, or three quarters of the upper "
                + "one (net/netfilter/ipvs/ip_vs_ctl.c, __ip_vs_dest_update_overload)."
        case .portZero:
            "The service is for all ports and is not persistent: IPVS schedules nothing for it, logs “port zero only supported in "
                + "persistent services”, and answers each new connection to a port that has no service of its own with an "
                + "ICMP error (net/netfilter/ipvs/ip_vs_core.c, ip_vs_schedule and ip_vs_leave)."
        case .ftpPersistence: ftpPersistence
        case .familyMissing:
            "\(Self.list(named.services)) \(named.services.count == 1 ? "is" : "are") of one address family only, while "
                + "\(number("of_both_families")) \(number("of_both_families") == 1 ? "other is" : "others are") of both: clients that its name "
                + "leads to an address of the other family find no such service there, and reach the director's own sockets if the address is its "
                + "own (net/netfilter/ipvs/ip_vs_ctl.c, ip_vs_service_find). If that is as intended, nothing is wrong."
        case .portDiffers:
            "\(Self.list(named.destinations)) \(named.destinations.count == 1 ? "has" : "have") another port than the service, but "
                + "DR and TUN do not change ports: packets arrive at the real server for port \(number("service_port")) "
                + "(net/netfilter/ipvs/ip_vs_xmit.c, ip_vs_dr_xmit and ip_vs_tunnel_xmit)."
        default:
            "\(named.settings.map { "\($0.name)=\($0.value)" }.joined()) with NAT (\(Self.list(named.services))): the real "
                + "servers' answers are for the client, and a host that does not forward drops them before IPVS sees them "
                + "(\(self["ip_forward"] == nil ? "net/ipv6/ip6_output.c, ip6_forward" : "net/ipv4/route.c, ip_route_input_slow")), "
                + "unless the real server is this host itself."
        }
    }

    private var noDestination: String {
        let (all, idle, full) = (number("destinations"), number("of_weight_0"), number("over_threshold"))
        let what =
            all == 0
            ? "The service has no destinations"
            : "No destination of the service takes new connections: of \(all), \(idle) \(idle == 1 ? "has" : "have") weight 0"
                + (full > 0 ? " and \(full) reached the upper threshold" : "")
        let exception = number("templates") > 0 ? ", but those of clients that persistence holds," : ""
        return what + ". IPVS drops each new connection\(exception) and answers it with ICMP port unreachable "
            + "(net/netfilter/ipvs/ip_vs_core.c, ip_vs_leave)."
    }

    private var ftpPersistence: String {
        let others = number("services_for_data_ports")
        let doubt =
            others == 0
            ? ""
            : " \(others == 1 ? "Another service" : "\(others) other services") of this address for high ports may take it, and must then "
                + "choose the same real server."
        return
            "FTP by DR or TUN without persistence: IPVS does not know which real server a data connection belongs to, does "
            + "not schedule it, and leaves it to the director's own sockets, which refuse it "
            + "(net/netfilter/ipvs/ip_vs_core.c, ip_vs_schedule and ip_vs_leave)." + doubt
    }

    // MARK: Conntrack

    private func trackingSentence(_ named: Named) -> String {
        let services = Self.list(named.services)
        switch id {
        case .vsConntrackDR:
            return
                "\(Sysctls.ipvsConntrack)=\(number("vs_conntrack")) with DR or TUN (\(services)): IPVS lets conntrack confirm the "
                + "SYN, the answers bypass the director, and so each ACK of the client is INVALID: behind a filter that "
                + "drops INVALID no page loads (net/netfilter/ipvs/ip_vs_conn.c, ip_vs_conn_new; "
                + "net/netfilter/nf_conntrack_proto_tcp.c, tcp_conntracks)."
        case .tcpLoose0:
            return
                "\(Sysctls.tcpLoose)=0 with DR or TUN (\(services)): conntrack never sees such a connection begin, and does not "
                + "pick it up midway: all packets but SYNs are INVALID, and a filter that drops INVALID drops them "
                + "(net/netfilter/nf_conntrack_proto_tcp.c, tcp_new)."
        case .vsConntrackNAT:
            return
                "\(Sysctls.ipvsConntrack)=0 with NAT (\(services)): IPVS untracks the client's packets, so conntrack takes the real "
                + "servers' answers for something else, INVALID: if the filter drops INVALID at FORWARD, no page "
                + "loads (net/netfilter/ipvs/ip_vs_xmit.c, ip_vs_nat_send_or_cont)."
        case .udpTimeout:
            return
                "IPVS keeps a UDP connection by NAT (\(services)) for \(number("udp_timeout_seconds")) s, and conntrack its entry for "
                + "\(number("entry_timeout_seconds")) s without a packet: an answer that takes longer finds no entry, is NEW, and a filter at FORWARD "
                + "that accepts only ESTABLISHED drops it (net/netfilter/nf_conntrack_proto_udp.c, nf_conntrack_udp_packet)."
        default:
            let count = number("nat_services")
            return "NAT (\(count) \(count == 1 ? "service" : "services")) beside DR or TUN (\(services)): NAT needs "
                + "\(Sysctls.ipvsConntrack)=1 behind a filter that drops INVALID, DR and TUN need 0, and it is one setting for all "
                + "(net/netfilter/ipvs/ip_vs_conn.c, ip_vs_conn_new)."
        }
    }

    // MARK: Failover

    private func failoverSentence(_ named: Named) -> String {
        switch id {
        case .expireNodest:
            "net.ipv4.vs.expire_nodest_conn=0: when a destination is removed, as health checkers do, packets of its connections "
                + "are silently dropped until their clients give up or the connection expires "
                + "(net/netfilter/ipvs/ip_vs_core.c, ip_vs_in_hook)."
        case .expireQuiescent:
            "\(Self.list(named.destinations)) \(named.destinations.count == 1 ? "has" : "have") weight 0, but clients that were there "
                + "stay for \(number("persistence_seconds")) s after each connection: net.ipv4.vs.expire_quiescent_template=0 "
                + "lets persistence outweigh the weight (net/netfilter/ipvs/ip_vs_conn.c, ip_vs_check_template)."
        case .connReuseDelay:
            "This kernel is older than 5.9, net.ipv4.vs.conn_reuse_mode=\(number("conn_reuse_mode")) and "
                + "\(Sysctls.ipvsConntrack)=\(number("vs_conntrack")): a SYN from a port whose old connection is in TIME_WAIT is dropped, and "
                + "the client sends it again after a second (net/netfilter/ipvs/ip_vs_core.c, ip_vs_in), unless the "
                + "vendor has backported the fix."
        case .connReuseOff:
            "net.ipv4.vs.conn_reuse_mode=0: a client that uses a port again gets the old destination, even one of weight 0, and "
                + "the scheduler is not asked (net/netfilter/ipvs/ip_vs_core.c, ip_vs_in_hook)."
        case .sloppy:
            "A backup sync daemon runs here, and net.ipv4.vs.sloppy_tcp=0: after a failover, a connection that was not yet "
                + "synchronized breaks: only a SYN is scheduled, and other packets go to the director's own sockets "
                + "(net/netfilter/ipvs/ip_vs_proto_tcp.c, tcp_conn_schedule)."
        default:
            "net.ipv4.vs.sync_persist_mode=\(number("sync_persist_mode")) synchronizes only the templates of persistent services "
                + "(\(Self.list(named.services))), and net.ipv4.vs.sloppy_tcp=0 schedules SYNs only: after a failover their connections "
                + "break (net/netfilter/ipvs/ip_vs_sync.c, ip_vs_sync_conn_needed; ip_vs_proto_tcp.c, "
                + "tcp_conn_schedule)."
        }
    }

    /// At most so many names and one, or so many and how many more there are: JSON has them all.
    static func list(_ names: [some CustomStringConvertible], most: Int = 3) -> String {
        guard names.count > most + 1 else { return sentenceList(names.map(\.description)) }
        return names.prefix(most).map(\.description).joined(separator: ", ") + " and \(names.count - most) more"
    }

    private static func areOrIs(_ names: [Endpoint]) -> String { names.count == 1 ? "is" : "are" }
}
