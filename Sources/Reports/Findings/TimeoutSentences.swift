import Inspection

/// What it means that a connection and its entry live for different times.
extension Finding {
    var timeoutSentence: String {
        let (flows, connection, entry) = (number("flows"), number("ipvs_seconds"), number("entry_seconds"))
        let isTCP = id == .tcpTimeoutsDiffer
        let stream = self["entry_stream_seconds"].map {
            $0 == entry ? "" : ", or \($0) s once both have sent for two seconds"
        }
        let longest = self["entry_stream_seconds"].map { max($0, entry) } ?? entry
        return
            "\(flows) \(isTCP ? "TCP" : "UDP") \(flows == 1 ? "flow has" : "flows have") a connection that IPVS keeps for \(connection) s "
            + "without a packet, and an entry that conntrack keeps for \(entry) s\(stream ?? "") (unless a rule, conntrack(8) or a flowtable gives it another timeout): "
            + (connection < longest ? isTCP ? connectionFirst : datagramConnectionFirst : entryFirst(isTCP)) + "."
            + others
    }

    private var others: String {
        let count = number("of_own_timeout")
        guard count > 0 else { return "" }
        return
            " \(count) more \(count == 1 ? "has an entry that lives" : "have entries that live") by a timeout of \(count == 1 ? "its" : "their") "
            + "own: a rule, conntrack(8) or a flowtable gave it, or the setting was longer when the last packet came."
    }

    private var connectionFirst: String {
        "between the two IPVS knows nothing of an idle one, so its next packet is left to the director's own stack and reset, unless "
            + "\(Sysctls.sloppyTCP) is 1 (net/netfilter/ipvs/ip_vs_proto_tcp.c, tcp_conn_schedule), and its entry stays in the table"
    }

    private var datagramConnectionFirst: String {
        "between the two the next datagram of an idle one gets any real server, while its entry still leads to the old one "
            + "(net/netfilter/ipvs/ip_vs_proto_udp.c, udp_conn_schedule)"
    }

    private func entryFirst(_ isTCP: Bool) -> String {
        "between the two a late answer of an idle one finds no entry, and is \(isTCP ? "NEW or INVALID" : "NEW") to the filter, until the "
            + "client sends again ("
            + (isTCP
                ? "net/netfilter/nf_conntrack_proto_tcp.c, tcp_new"
                : "net/netfilter/nf_conntrack_proto_udp.c, nf_conntrack_udp_packet") + ")"
    }
}
