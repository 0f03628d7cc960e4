import Addresses
import Conntrack
import IPVS

/// Parts of the kernel that a service needs, or that show what it does.
extension Check {
    static let kernelPartChecks = [
        // `ip_vs_ftp_out` (ip_vs_ftp.c) rewrites the real server's address in its answer to PASV. A kernel with IPVS built in may have the
        // helper built in, too, and lists neither. `ip_vs_sip_fill_param` (ip_vs_pe_sip.c) reads UDP only.
        Check(
            .helpers, .error, "FTP by NAT without ip_vs_ftp, or SIP without its persistence engine",
            needs: [.modules], concerns: { $0.isFTP && $0.hasMethod { $0 == .nat } || $0.isSIPOfMany }
        ) { facts in
            guard let modules = facts.host.modules.value else { return [] }
            let isHelped = !modules.contains("ip_vs") || modules.contains("ip_vs_ftp")
            let ftp = isHelped ? [] : facts.knownServices.filter { $0.isFTP && $0.hasMethod { $0 == .nat } }
            let sip = facts.knownServices.filter { $0.isSIPOfMany && $0.persistenceEngine == nil }
            return ftp.map { service in
                Finding(
                    .helpers, .error, .service(service.identity), context: .named(.init()), [.loadModule("ip_vs_ftp")])
            }
                + sip.map { service in
                    Finding(
                        .helpers, .info, .service(service.identity),
                        [.init("destinations", service.destinations.count)], context: .named(.init()),
                        [.bindCalls(service.identity)])
                }
        },
        // `ip_vs_add_service` (ip_vs_ctl.c) takes “none” for no scheduler, and `ip_vs_schedule` (ip_vs_core.c) then has no destination.
        Check(
            .modules, .error, "a service without a scheduler, or a kernel without nf_conntrack_netlink",
            needs: []
        ) { facts in
            // Where they are not known, the table that could not be read is a loss nevertheless.
            let modules = facts.host.modules.value ?? []
            let idle = facts.knownServices.filter { $0.scheduler == "none" }.map { service in
                Finding(
                    .modules, .error, .service(service.identity), context: .named(.init()),
                    [.giveScheduler(service.identity)])
            }
            // Asking for the table loads it, where it is there (`nfnetlink_rcv_msg`, nfnetlink.c).
            guard case .unreadable = facts.table, modules.contains("nf_conntrack"),
                !modules.contains("nf_conntrack_netlink")
            else { return idle }
            return idle + [
                Finding(.modules, .info, .table, context: .named(.init()), [.loadModule("nf_conntrack_netlink")])
            ]
        },
        // `__nf_ct_expect_check` (net/netfilter/nf_conntrack_expect.c)
        Check(
            .expectationsFull, .error, "as many expected connections as the kernel allows",
            needs: [.counters, .sysctl(Sysctls.expectationMax)]
        ) { facts in
            guard let limit = facts.sysctls.number(Sysctls.expectationMax).flatMap(UInt32.init(exactly:)), limit > 0,
                let count = facts.table.value?.expectations, UInt64(count) * 10 >= UInt64(limit) * 9
            else { return [] }
            return [
                Finding(
                    .expectationsFull, count >= limit ? .error : .warning, .table,
                    [.init("expectations", count), .init("limit", limit)], context: .named(.init()),
                    [.raise(Sysctls.expectationMax, orShortenTimeout: false)])
            ]
        },
    ]
}

extension TableStatistics {
    /// How many there are in this network namespace: each is counted when it is made and when it goes. Nil if the kernel does not say.
    fileprivate var expectations: UInt32? {
        let (made, gone) = (StatisticsCounter(.expectations, 2), StatisticsCounter(.expectations, 3))
        guard counters.contains(made), counters.contains(gone) else { return nil }
        // Each CPU's part wraps.
        let count = UInt32(truncatingIfNeeded: total(made)) &- UInt32(truncatingIfNeeded: total(gone))
        // CPUs are read one after the other, so that a few more may have gone than were made.
        return count > .max - 1000 ? 0 : Int32(exactly: count).map(UInt32.init)
    }
}

extension Service {
    /// SIP of several real servers: a call's messages may come from several ports or hosts.
    fileprivate var isSIPOfMany: Bool {
        guard case .address(.udp, let endpoint) = identity, endpoint.port == 5060 else { return false }
        return destinations.count { $0.weight > 0 } > 1
    }
}
