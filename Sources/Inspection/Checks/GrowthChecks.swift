import Addresses
import Conntrack
import IPVS

/// What only shows while a director is watched, with `--for`.
extension Check {
    static let growthChecks = [
        // `nf_conntrack_in` (net/netfilter/nf_conntrack_core.c) counts it. FINs and RSTs of DR and TUN are always INVALID, so that with them
        // the packet filter is what matters, which is tried.
        Check(
            .invalidRate, .warning, "packets that are INVALID to conntrack, as a share of all",
            needs: [.window, .services, .counters, .hostCounters]
        ) { facts in
            guard let invalid = facts.tableChange?.increase(.invalid), invalid > 0,
                let received = facts.growth(of: HostCounters.received), invalid * 100 >= received
            else { return [] }
            let bypassing = facts.knownServices.count { $0.hasMethod(\.answersBypassDirector) }
            return [
                Finding(
                    .invalidRate, bypassing == 0 ? .warning : .info, .table,
                    [
                        .init("invalid", invalid), .init("received", received),
                        .init("seconds", facts.windowSeconds), .init("dr_or_tun_services", bypassing),
                    ], context: .named(.init()), [.observe])
            ]
        },
        // `icmp_global_allow`, `icmpv4_xrlim_allow` (net/ipv4/icmp.c)
        Check(
            .icmpLimited, .warning, "ICMP errors of the director that its rate limits hold back",
            needs: HostCounters.limited.map(Need.hostCounter) + [.window]
        ) { facts in
            let held = HostCounters.limited.compactMap(facts.growth).reduce(0, +)
            guard held > 0 else { return [] }
            return [
                Finding(
                    .icmpLimited, .warning, .director,
                    [.init("held_back", held), .init("seconds", facts.windowSeconds)], context: .named(.init()),
                    [.raiseICMPLimit])
            ]
        },
        stuckCheck,
        // A destination of weight 0 gets no new connections, but those of persistent clients (`ip_vs_sched_persist`, ip_vs_core.c).
        Check(
            .drained, .info, "a destination of weight 0 whose connections do not become fewer",
            needs: [.window], concerns: { $0.destinations.contains { $0.weight == 0 } }
        ) { facts in
            let before = facts.window?.services.value ?? []
            return facts.knownServices.compactMap { service in
                guard let earlier = before.first(where: { $0.identity == service.identity }) else { return nil }
                let busy = service.destinations.filter { destination in
                    guard destination.weight == 0, destination.activeConnections > 0,
                        let old = earlier.destinations.first(where: { $0.endpoint == destination.endpoint })
                    else { return false }
                    return old.weight == 0 && old.activeConnections > 0
                        && destination.activeConnections >= old.activeConnections
                }
                guard !busy.isEmpty else { return nil }
                return Finding(
                    .drained, .info, .service(service.identity),
                    [
                        .init("destinations", busy.count),
                        .init("active_connections", busy.reduce(0) { $0 + UInt64($1.activeConnections) }),
                        .init("seconds", facts.windowSeconds),
                    ], context: .named(.init(destinations: busy.map(\.endpoint))))
            }
        },
    ]

    /// What a client's FIN or RST makes of a connection is listed for 10 s or longer (`set_tcp_state`, `tcp_timeouts`,
    /// net/netfilter/ipvs/ip_vs_proto_tcp.c). Where connections come and none of all of them is in such a state, ends do not get here, or
    /// nothing has ended for minutes.
    private static let stuckCheck = Check(
        .stuck, .warning, "connections that remain ESTABLISHED in IPVS, as if none ever ended",
        needs: [.window, .configuration, .connections], concerns: { isBypassed($0) }
    ) { facts in
        guard let before = facts.window?.sample.value, let now = facts.sample.value,
            !(facts.configuration.value?.daemons ?? []).contains(where: \.isBackup)
        else { return [] }
        return facts.knownServices.filter(isBypassed).compactMap { service in
            let change = ConnectionChange(of: service.identity, from: before, to: now, after: facts.windowSeconds)
            guard change.isStuck else { return nil }
            return Finding(
                .stuck, .warning, .service(service.identity),
                [
                    .init("established", change.lasting), .init("without_packets", change.silent),
                    .init("new", change.arrived), .init("ended", 0), .init("seconds", facts.windowSeconds),
                ], context: .named(.init()), [.advise, .observe])
        }
    }

    @Sendable private static func isBypassed(_ service: Service) -> Bool {
        guard case .address(.tcp, let endpoint) = service.identity, endpoint.port != 0 else { return false }
        return service.hasMethod(\.answersBypassDirector)
    }
}
