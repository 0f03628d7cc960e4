import IPVS

/// What network interfaces do to packets before IPVS sees them.
extension Check {
    static let offloadChecks = [
        // `dev_disable_lro` (net/core/dev.c) ends it where packets are forwarded (`inet_forward_change`, net/ipv4/devinet.c), which a director by
        // DR or TUN need not do; `ip_forward` (net/ipv4/ip_forward.c) drops what was merged, and IPVS does not ask.
        Check(
            .largeReceive, .warning, "an interface that merges clients' packets (large receive offload)",
            needs: [.mergedReceiving, .network], concerns: { $0.hasMethod { $0 != .local } }
        ) { facts in
            guard let merging = facts.mergedReceiving.value else { return [] }
            let names = merging.filter { facts.networkValue.interfaces[$0]?.usesARP ?? false }.sorted()
            guard !names.isEmpty else { return [] }
            return [
                Finding(
                    .largeReceive, .warning, .director, [.init("interfaces", names.count)],
                    context: .named(.init(interfaces: names)), [.stopMerging(names)])
            ]
        }
    ]
}
