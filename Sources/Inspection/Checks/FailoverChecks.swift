import Conntrack
import IPVS

/// What loses connections when a destination goes, or another director takes over.
extension Check {
    static let failoverChecks = [
        // `ip_vs_in_hook` (net/netfilter/ipvs/ip_vs_core.c): NF_DROP for a connection whose destination is not available. Its default is 0, so it
        // is no more than worth knowing until such connections are seen, which services do not show.
        Check(
            .expireNodest, .info, "packets of connections to a removed destination are silently dropped",
            needs: [.sysctl(Sysctls.expireNodest)], concerns: { !$0.destinations.isEmpty }
        ) { facts in
            guard facts.sysctls.number(Sysctls.expireNodest) == 0 else { return [] }
            return [
                Finding(
                    .expireNodest, .info, .director, [.init("expire_nodest_conn", 0)],
                    context: .named(.init()), [.set([.init(Sysctls.expireNodest, 1)])])
            ]
        },
        // `ip_vs_check_template` (ip_vs_conn.c) and `expire_quiescent_template`: otherwise a template outweighs the weight.
        Check(
            .expireQuiescent, .warning, "clients that stay with a destination of weight 0",
            needs: [.sysctl(Sysctls.expireQuiescent)], concerns: { $0.flags.contains(.persistent) }
        ) { facts in
            guard facts.sysctls.number(Sysctls.expireQuiescent) == 0 else { return [] }
            return facts.knownServices.filter { $0.flags.contains(.persistent) }.compactMap { service in
                let quiescent = service.destinations.filter { $0.weight == 0 }
                guard !quiescent.isEmpty, quiescent.count < service.destinations.count else { return nil }
                return Finding(
                    .expireQuiescent, .warning, .service(service.identity),
                    [
                        .init("expire_quiescent_template", 0), .init("of_weight_0", quiescent.count),
                        .init("templates", quiescent.reduce(0) { $0 + UInt64($1.persistentConnections) }),
                        .init("persistence_seconds", service.persistenceTimeout),
                    ], context: .named(.init(destinations: quiescent.map(\.endpoint))),
                    [.set([.init(Sysctls.expireQuiescent, 1)])])
            }
        },
        // `ip_vs_conn_uses_conntrack`, until 5.9 replaced it by `ip_vs_conn_uses_old_conntrack`: `ip_vs_in` drops the SYN of a reused port.
        Check(
            .connReuseDelay, .warning, "SYNs from reused ports that are dropped once (kernels before 5.9)",
            needs: [.kernelVersion, .sysctl(Sysctls.ipvsConntrack), .sysctl(Sysctls.connReuse)],
            concerns: \.mayBeTCP
        ) { facts in
            guard let version = facts.kernelVersion, version < .init(5, 9),
                let mode = facts.sysctls.number(Sysctls.connReuse), mode != 0,
                let tracks = facts.sysctls.number(Sysctls.ipvsConntrack), tracks != 0
            else { return [] }
            return facts.finding(
                .connReuseDelay, of: \.mayBeTCP, [.init("conn_reuse_mode", mode), .init("vs_conntrack", tracks)],
                [.upgradeKernel(.init(5, 9))])
        },
        // `ip_vs_in_hook` asks `is_new_conn_expected` only where it is not 0.
        Check(
            .connReuseOff, .warning, "SYNs from reused ports that go to the old destination",
            needs: [.sysctl(Sysctls.connReuse)], concerns: \.mayBeTCP
        ) { facts in
            guard facts.sysctls.number(Sysctls.connReuse) == 0 else { return [] }
            return facts.finding(
                .connReuseOff, of: \.mayBeTCP, [.init("conn_reuse_mode", 0)], [.set([.init(Sysctls.connReuse, 1)])])
        },
        // `tcp_conn_schedule` (ip_vs_proto_tcp.c): without it only a SYN is scheduled.
        Check(
            .sloppy, .warning, "a backup director that cannot take over connections not yet synchronized",
            needs: [.configuration, .sysctl(Sysctls.sloppyTCP)], concerns: \.mayBeTCP
        ) { facts in
            guard facts.sysctls.number(Sysctls.sloppyTCP) == 0, facts.daemons.contains(where: \.isBackup) else {
                return []
            }
            return facts.finding(
                .sloppy, of: \.mayBeTCP, [.init("sloppy_tcp", 0)], [.set([.init(Sysctls.sloppyTCP, 1)])])
        },
        // `ip_vs_sync_conn_needed` (ip_vs_sync.c) leaves out what `in_persistence` says is held by a template.
        Check(
            .syncPersist, .warning, "connections of persistent services that are not synchronized",
            needs: [.configuration, .sysctl(Sysctls.syncPersist), .sysctl(Sysctls.sloppyTCP)],
            concerns: isPersistentTCP
        ) { facts in
            guard let mode = facts.sysctls.number(Sysctls.syncPersist), mode != 0,
                facts.sysctls.number(Sysctls.sloppyTCP) == 0, !facts.daemons.isEmpty
            else { return [] }
            return facts.finding(
                .syncPersist, of: isPersistentTCP, [.init("sync_persist_mode", mode), .init("sloppy_tcp", 0)],
                [.set([.init(Sysctls.sloppyTCP, 1)])])
        },
    ]

    @Sendable private static func isPersistentTCP(_ service: Service) -> Bool {
        service.mayBeTCP && service.flags.contains(.persistent)
    }
}

extension DirectorFacts {
    fileprivate var daemons: [Daemon] { configuration.value?.daemons ?? [] }
}
