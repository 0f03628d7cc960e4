import Firewall
import IPVS

/// What the packet filter's rules say about services and about who makes them.
extension Check {
    static let ruleChecks = [
        // `__ip_vs_svc_fwm_find` (net/netfilter/ipvs/ip_vs_ctl.c) compares the whole mark.
        Check(
            .fwmarkUnset, .error, "a service by a mark that no rule sets",
            needs: [.rules, .marks], concerns: \.isByMark
        ) { facts in
            guard let rules = facts.rules.value else { return [] }
            return facts.knownServices.compactMap { service in
                guard case .fwmark(let mark, let family) = service.identity, !rules.mayGive(mark, family) else {
                    return nil
                }
                let packets = service.statistics?.packetsIn ?? 0
                // Something else than a rule can set it, as tc(8) can, or a rule that is gone did.
                return Finding(
                    .fwmarkUnset, packets == 0 ? .error : .warning, .service(service.identity),
                    [.init("mark", mark), .init("packets", packets), .init("rules_that_set_marks", rules.marks.count)],
                    context: .named(.init()), [.setMark(mark, service.identity.family)])
            }
        },
        // `nf_tables_table_is_owned`: `nft_table_lookup` (net/netfilter/nf_tables_api.c) refuses all others with EPERM.
        Check(
            .tableOwned, .info, "tables of the packet filter that only their owner can change",
            needs: [.rules], concerns: { _ in true }
        ) { facts in
            guard let tables = facts.rules.value?.ownedTables, !tables.isEmpty else { return [] }
            return [
                Finding(
                    .tableOwned, .info, .director, [.init("tables", tables.count)],
                    context: .named(.init(names: tables)))
            ]
        },
        // kube-proxy: pkg/proxy/ipvs/proxier.go, NewProxier; Docker: daemon/libnetwork/drivers/bridge, setupIPForwarding.
        Check(
            .settingsRewritten, .info, "another program that rewrites settings or rules of the director",
            needs: [.rules, .network], concerns: { _ in true }
        ) { facts in
            let interfaces = facts.networkValue.interfaces.keys
            let managers = facts.rules.value?.managers ?? []
            var programs: [String] = []
            if interfaces.contains("kube-ipvs0") || managers.contains(.kubeProxy) { programs.append("kube-proxy") }
            if managers.contains(.docker) { programs.append("Docker") }
            if managers.contains(.calico) { programs.append("Calico") }
            guard !programs.isEmpty else { return [] }
            return [
                Finding(
                    .settingsRewritten, .info, .director,
                    [
                        .init("programs", programs.count),
                        .init("kube_ipvs0", interfaces.contains("kube-ipvs0") ? 1 : 0),
                    ], context: .named(.init(names: programs)))
            ]
        },
    ]
}
