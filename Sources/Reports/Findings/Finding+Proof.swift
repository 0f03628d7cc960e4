import Inspection

extension Finding {
    /// How to see it for oneself; nil if there is nothing to add.
    package var proof: String? {
        // What was observed is proven.
        switch context {
        case .drops: return nil
        case .recorded(let sentences): return sentences.proof?.printable
        case .trial(let drops): if drops.confirmation != nil { return nil }
        default: break
        }
        return Self.proofs[id]
    }

    private static let proofs: [ID: String] = [
        .invalidDropped:
            "ct-inspect observe beside a few visits counts these packets as dropped, and the rule's own counter goes up; connections that "
            + "have ended remain ESTABLISHED in ipvsadm -Lcn.",
        .acksDropped:
            "Visit the service: the SYN passes and no page arrives, the rule's own counter goes up with each ACK, and ipvsadm -Lcn shows "
            + "SYN_RECV; with notrack for the service it arrives.",
        .icmpDropped:
            "ct-inspect observe counts ICMP errors as dropped while tracepath from the real server meets a smaller MTU.",
        .packetTooBigDropped:
            "Send a large page to a client behind a smaller MTU: it never arrives whole, and ct-inspect observe counts packet-too-big as "
            + "dropped.",
        .localAnswersDropped:
            "Connect to the service while IPVS chooses the director itself: its SYN+ACK does not arrive, ipvsadm -Lcn shows SYN_RECV, and the "
            + "rule's own counter goes up.",
        .newLimit:
            "Upload a large file through the service: it crawls or breaks off, and the counters of these rules go up by more than one for each "
            + "connection.",
        .notrackHalf:
            "ct-inspect observe shows packets of one address as UNTRACKED and others about it as INVALID, and what drops them.",
        .syncFiltered:
            "ipvsadm -Lcn on the backup stays empty while the master has connections, and the rule's counter goes up; tcpdump shows messages arrive "
            + "that a backup drops, and a master that may not send has “ip_vs_send_async error -1” in dmesg.",
        .fwmarkUnset:
            "ipvsadm -Ln --stats shows no packets of the service, whatever a client sends; nft list ruleset and iptables-save -t mangle show "
            + "what sets marks.",
        .reversePathIPv6:
            "Connect to the service by IPv6 from far away: the rule's counter goes up (add one, if it has none), and tcpdump shows SYNs that arrive.",
        .unsaved:
            "Load the rules again (ufw reload, systemctl reload nftables, …), and run ct-inspect check once more.",
        .tableOwned: "nft insert rule in one of its chains: “Operation not permitted”.",
        .settingsRewritten: "Change a setting by sysctl -w, restart the program, and read it again.",
        .backupOnly:
            "tcpdump here shows packets of clients that leave for other real servers, while another director is the master.",
        .syncNone: "ipvsadm -Lcn on the other director is empty, and ipvsadm -L --daemon shows nothing on either.",
        .largeReceive:
            "ethtool -k with the interface says so; tcpdump on it shows packets longer than its MTU, and a large upload by a client crawls.",
        .timeoutShort:
            "Leave a connection idle for longer than that, and use it again: it is reset, and ipvsadm -Lcn does not have it.",
        .noDestination:
            "Connect to the service from a client: “connection refused” at once, and tcpdump on the director shows the ICMP error.",
        .thresholdHit: "ipvsadm -Ln --thresholds shows connections and thresholds side by side.",
        .portZero: "Connect to such a port and read dmesg on the director: the kernel logs each attempt.",
        .ftpPersistence:
            "Log in by passive FTP and list a directory: the control connection works, the data connection is refused by the director.",
        .helpers: "Log in by passive FTP with a client that shows answers: “227” names the real server's own address.",
        .portDiffers: "tcpdump on the real server shows packets for the service's port, not the destination's.",
        .ipForward:
            "tcpdump on the interface to the real servers shows answers that do not leave on the clients' side.",
        .vipMissing: "ip route get with the VIP says “local” where it is an address of this host.",
        .arpDirector: "arping with the VIP, from a host on that link, gets no answer.",
        .reversePath:
            "nstat -az TcpExtIPReversePathFilter goes up while such a client connects, and with log_martians=1 the kernel logs its packets.",
        .notOnLink:
            "ip route get with the real server's address says “via”; tcpdump there shows no packets for the VIP.",
        .unroutable: "ip route get with the real server's address fails.",
        .neighbourFailed: "ping the real server, then ip neigh show with its address: FAILED again.",
        .sendRedirects:
            "tcpdump icmp on a real server shows redirects, and ip route get with a client's address there says “cache <redirected>”.",
        .tunnelMTU:
            "Upload a large file from a client whose own MTU is 1500: tcpdump icmp on the director shows “need to frag” leave.",
        .invalidRate:
            "conntrack -S shows invalid grow; net.netfilter.nf_conntrack_log_invalid=6 logs which packets of TCP they are.",
        .icmpLimited: "nstat -az 'IcmpOutRateLimit*' goes up.",
        .lostBeforeLocalIn:
            "ct-inspect observe --trace names rules that drop them; nstat -az TcpExtIPReversePathFilter goes up if rp_filter does.",
        .lostBeforePostRouting: "tcpdump on the interface to the real servers shows fewer packets than came in.",
        .drained: "ipvsadm -Ln shows ActiveConn of the destination, ipvsadm -Lcn its connections and templates.",
        .mixedMethods:
            "ct-inspect flows --summary shows, for each service, how many of its flows are absent and how many unreplied.",
        .vsConntrackDR:
            "ct-inspect observe shows ACKs to these services as INVALID, and the rule that drops them, if one does.",
        .tcpLoose0:
            "ct-inspect observe shows ACKs to these services as INVALID, and the rule that drops them, if one does.",
        .vsConntrackNAT:
            "ct-inspect observe shows answers as INVALID at FORWARD, and the rule that drops them, if one does.",
        .expireNodest:
            "Remove a test destination during a transfer: the client hangs, and ipvsadm -Lcn shows its connection still counting down.",
        .expireQuiescent:
            "Watch ActiveConn of the destination in ipvsadm -Ln while a client that was there connects again.",
        .connReuseDelay:
            "Connect twice from the same client port: the second SYN is sent twice, a second apart, in tcpdump.",
        .connReuseOff:
            "Set the weight of a test destination to 0 and connect again from the same client port: it is still used.",
        .sloppy:
            "Fail over during a transfer that began a moment ago: it breaks; with sloppy_tcp=1 it continues.",
        .syncPersist: "ipvsadm -Lcn on the backup lists templates of these services, and no connections.",
        .defenseOn: "Read the setting again while memory is free: the kernel takes 2 back to 1 by itself.",
        .connectionHash: "perf top on a busy director shows ip_vs_conn_in_get near the top.",
        .estimationOff: "ipvsadm -Ln --rate shows 0 everywhere, while ipvsadm -Ln --stats grows.",
        .natICMP:
            "Send a segment from the real server for a connection that is gone: tcpdump shows no ICMP error come back.",
        .scheduleICMP: "tcpdump shows ICMP errors that arrive at the director and do not leave towards a real server.",
        .kernelQuadratic:
            "time cat /proc/net/ip_vs_conn, then again with twice as many connections: it takes four times as long.",
        .tableFull:
            "conntrack -C, beside sysctl net.netfilter.nf_conntrack_max; dmesg has “table full, dropping packet” once it is.",
        .longChains:
            "sysctl net.netfilter.nf_conntrack_count net.netfilter.nf_conntrack_buckets: twice the first over the second.",
        .counters: "ct-inspect stats --interval 5s shows whether it still grows.",
        .establishedTimeout: "ct-inspect dump --state ESTABLISHED --top dst shows whose entries they are.",
        .accountingOff: "conntrack -L shows no packets= and bytes=.",
        .timestampsOff: "conntrack -L -o ktimestamp shows no start of any entry.",
        .checksumsOff:
            "sysctl net.netfilter.nf_conntrack_checksum; with 1, a packet with a wrong checksum counts as invalid in conntrack -S.",
        .liberal:
            "sysctl net.netfilter.nf_conntrack_tcp_be_liberal; with 0, conntrack -S counts more packets as invalid.",
        .invalidResets:
            "sysctl net.netfilter.nf_conntrack_tcp_ignore_invalid_rst; with 0, conntrack -S counts such RSTs as invalid.",
        .logInvalid: "dmesg shows nf_ct_proto with the packets.",
        .shortMemory: "/proc/meminfo: MemFree and Buffers, in pages, beside sysctl net.ipv4.vs.amemthresh.",
        .udpTimeout:
            "Have a real server answer a datagram after more than that time: conntrack -L has lost the entry, and the answer is NEW at FORWARD.",
        .expectationsFull: "conntrack -L expect lists them; the kernel logs “expectation table full”.",
        .modules: "ipvsadm -Ln shows the service's scheduler; lsmod and modprobe -n what the kernel has.",
        .familyMissing: "Connect to the service by the other address family.",
        .forwardPolicy:
            "Connect to the service: SYN+ACKs arrive at the director and do not leave, and the counter of the rule or policy goes up.",
        .notrackNAT: "ct-inspect observe shows the client's packets as UNTRACKED, and answers as INVALID at FORWARD.",
        .stuck:
            "ipvsadm -Lcn shows as many ESTABLISHED connections as in 15 minutes began; ss on the real servers shows far fewer, or as many that "
            + "are in FIN-WAIT or CLOSE-WAIT.",
        .eventsOff: "conntrack -E stays silent while connections begin and end.",
    ]
}
