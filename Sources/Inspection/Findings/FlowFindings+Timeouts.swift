import Addresses
import IPVS

/// Flows whose connection and entry live for different times without a packet.
///
/// Sources: `tcp_timeouts` (net/netfilter/ipvs/ip_vs_proto_tcp.c; `ip_vs_tcp_timeout_change` by `ipvsadm --set`) and `tcp_timeouts`
/// (net/netfilter/nf_conntrack_proto_tcp.c); `udp_timeouts` (ip_vs_proto_udp.c) and `udp_timeouts` (nf_conntrack_proto_udp.c).
extension FlowFindings {
    /// One for TCP, and one for UDP.
    var timeoutsDiffer: [Finding] {
        [differing(.tcp, .tcpTimeoutsDiffer), differing(.udp, .udpTimeoutsDiffer)].compactMap(\.self)
    }

    private func differing(_ transport: IPProtocol, _ id: Finding.ID) -> Finding? {
        let flows = tally.lasting.filter { $0.key.protocol == transport }
        let others = flows.reduce(0) { $0 + tally.otherwiseLasting[$1.key, default: 0] }
        let count = flows.reduce(0) { $0 + $1.value } - others
        guard count > 0, let timeouts = tally.timeouts, let connection = transport == .tcp ? timeouts.tcp : timeouts.udp
        else { return nil }
        let names = transport == .tcp ? [Sysctls.establishedTimeout] : [Sysctls.udpTimeout, Sysctls.udpStreamTimeout]
        let entries = names.compactMap(sysctls.number)
        guard entries.count == names.count, let last = entries.last, entries.contains(where: { $0 != Int(connection) })
        else { return nil }
        let services = Set(flows.compactMap(\.key.service)).sorted()
        return Finding(
            id, .info, services.count == 1 ? .service(services[0]) : .director,
            [.init("flows", count), .init("ipvs_seconds", connection), .init("entry_seconds", entries[0])]
                + (entries.count > 1 ? [.init("entry_stream_seconds", last)] : [])
                + (others > 0 ? [.init("of_own_timeout", others)] : []),
            context: .named(.init(services: services)))
    }
}
