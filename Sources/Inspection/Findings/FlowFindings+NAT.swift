import Addresses
import Conntrack
import IPVS

/// NAT connections whose answers go astray.
///
/// Sources: `tcp_conntracks` (net/netfilter/nf_conntrack_proto_tcp.c), `tcp_states` (net/netfilter/ipvs/ip_vs_proto_tcp.c), and
/// `ip_vs_update_conntrack` (ip_vs_nfct.c), which leaves a confirmed entry as it is.
extension FlowFindings {
    /// The SYN was sent on, and sent again, and no answer came here: it takes another way.
    var unanswering: Finding? {
        let waiting = tally.counts.filter { $0.key.isUnanswered }
        let silent = tally.unanswering
        let count = silent.reduce(0) { $0 + $1.value }
        guard count > 0 else { return nil }
        let all = tally.count { $0.protocol == .tcp && $0.method == .nat && $0.verdict != .synced }
        let servers = silent.keys.sorted()
        return Finding(
            .natUnanswered, .warning, subject(of: Array(waiting.keys)),
            [.init("unanswered", count), .init("connections", all)], context: .named(.init(destinations: servers)),
            [.answerThrough(servers.map(\.address).withoutRepeats), .readManual])
    }

    /// Entries that are in the way of the service: they were made before it, or past it.
    var untranslated: Finding? {
        let kinds = tally.counts.filter { $0.key.isUntranslated }
        let count = kinds.reduce(0) { $0 + $1.value }
        guard count > 0 else { return nil }
        let services = Set(kinds.keys.compactMap(\.service)).sorted()
        return Finding(
            .untranslated, .warning, subject(of: Array(kinds.keys)),
            [
                .init("entries", count),
                .init("connections", kinds.reduce(0) { $1.key.verdict == .orphan ? $0 : $0 + $1.value }),
            ], context: .named(.init(services: services)),
            services.contains(where: \.hasPort)
                ? services.filter(\.hasPort).map { .deleteEntries($0) } : [.readManual])
    }
}

extension Service.Identity {
    /// Of others a command would delete the entries of other services, too.
    fileprivate var hasPort: Bool {
        if case .address(_, let endpoint) = self { endpoint.port != 0 } else { false }
    }
}
