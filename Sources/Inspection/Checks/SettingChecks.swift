import Conntrack
import IPVS

/// Settings of IPVS and its size.
extension Check {
    static let settingChecks =
        [
            // `update_defense_level` (net/netfilter/ipvs/ip_vs_ctl.c): 2 is set by the kernel while memory is short, 3 by hand.
            Check(
                .defenseOn, .error, "an active defense of IPVS: connections or packets are dropped",
                needs: [.services] + defenses.map(Need.sysctl)
            ) { facts in
                let active = defenses.compactMap { name in
                    facts.sysctls.number(name).flatMap { $0 >= 2 ? Remedy.Setting(name, $0) : nil }
                }
                guard !active.isEmpty else { return [] }
                let drops = active.contains { $0.value == 2 && $0.name != Sysctls.secureTCP }
                let forced = active.filter { $0.value > 2 }.map { Remedy.Setting($0.name, 1) }
                return [
                    Finding(
                        .defenseOn, drops ? .error : .warning, .director,
                        active.map { .init(String($0.name.split(separator: ".").last ?? ""), $0.value) },
                        context: .named(.init(settings: active)),
                        (forced.isEmpty ? [] : [.set(forced)]) + (forced.count < active.count ? [.freeMemory] : []))
                ]
            },
            memoryCheck,
            // A packet's lookup walks one chain of `ip_vs_conn_tab` (`__ip_vs_conn_in_get`, ip_vs_conn.c).
            Check(
                .connectionHash, .warning, "more than 8 connections in a bucket of IPVS's hash table",
                needs: [.configuration, .connectionCounts], concerns: { !$0.destinations.isEmpty }
            ) { facts in
                let buckets = UInt64(facts.configuration.value?.info.connectionTableSize ?? 0)
                let connections = facts.connections
                guard buckets > 0, connections > buckets * longChain else { return [] }
                return [
                    Finding(
                        .connectionHash, .warning, .director,
                        [
                            .init("connections", connections), .init("buckets", buckets),
                            .init("connections_per_bucket", connections / buckets),
                        ], context: .named(.init()),
                        [.moduleOption("ip_vs", .init("conn_tab_bits", bits(for: connections)))])
                ]
            },
            // `tcp_state_transition` (ip_vs_proto_tcp.c) takes the timeout from here, and `tcp_conn_schedule` schedules nothing but SYNs.
            Check(
                .timeoutShort, .info, "idle TCP connections that IPVS forgets before their ends do",
                needs: [.configuration], concerns: { $0.mayKeepTCP }
            ) { facts in
                guard let seconds = facts.configuration.value?.timeouts.tcp, seconds < keepalive else { return [] }
                return facts.finding(
                    .timeoutShort, .info, of: { $0.mayKeepTCP },
                    [.init("tcp_timeout_seconds", seconds), .init("keepalive_seconds", keepalive)],
                    [.keepIdle(keepalive + 300)])
            },
            // `ip_vs_conn_array` (ip_vs_conn.c) starts over for each piece. Its fix was posted in April 2025, after Linux 6.15 took new things.
            Check(
                .kernelQuadratic, .info, "listing IPVS's connections through /proc takes very long",
                needs: [.kernelVersion, .connectionCounts], concerns: { !$0.destinations.isEmpty }
            ) { facts in
                let connections = facts.connections
                guard let version = facts.kernelVersion, version < .init(6, 15), connections > manyConnections else {
                    return []
                }
                return [
                    Finding(
                        .kernelQuadratic, .info, .director, [.init("connections", connections)],
                        context: .named(.init()))
                ]
            },
        ] + UnusualSetting.ofIPVS.map(\.check)

    /// `update_defense_level` (ip_vs_ctl.c) looks each second, and where a defense is 1 it makes that 2.
    private static let memoryCheck = Check(
        .shortMemory, .warning, "memory nearly as short as where IPVS begins to drop connections",
        needs: [.services, .sysctl(Sysctls.amemthresh), .memory] + defenses.map(Need.sysctl)
    ) { facts in
        let waiting = defenses.filter { facts.sysctls.number($0) == 1 }.map { Remedy.Setting($0, 1) }
        guard !waiting.isEmpty, let pages = facts.host.memory.value?.pages,
            let threshold = facts.sysctls.number(Sysctls.amemthresh).flatMap(UInt64.init(exactly:)),
            pages < threshold.multipliedReportingOverflow(by: 2).partialValue, pages >= threshold
        else { return [] }
        return [
            Finding(
                .shortMemory, .warning, .director,
                [.init("available_pages", pages), .init("amemthresh", threshold)],
                context: .named(.init(settings: waiting)), [.freeMemory])
        ]
    }

    private static let defenses = [Sysctls.dropEntry, Sysctls.dropPacket, Sysctls.secureTCP]
    private static let longChain: UInt64 = 8
    /// Seconds after which Linux first asks whether the other end of an idle connection is there (`TCP_KEEPALIVE_TIME`, net/tcp.h).
    private static let keepalive: UInt32 = 7200
    /// From here on it takes many seconds on the kernels it was measured on.
    private static let manyConnections: UInt64 = 35_000

    /// One bucket a connection, within what every kernel accepts (`ip_vs_conn_init`).
    private static func bits(for connections: UInt64) -> Int {
        min(20, max(8, UInt64.bitWidth - connections.leadingZeroBitCount))
    }
}

extension DirectorFacts {
    /// As the destinations count them.
    fileprivate var connections: UInt64 {
        knownServices.reduce(0) { $0 + $1.destinations.reduce(0) { $0 + $1.connections } }
    }
}
