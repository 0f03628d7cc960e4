import Addresses
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
        reversePathCheck,
        // A manager that loads its rules again flushes what it does not know (`nft_flush_table`, net/netfilter/nf_tables_api.c).
        Check(
            .unsaved, .warning, "rules of the packet filter that a reload loses or brings",
            needs: [.rules, .savedFixes], concerns: { _ in true }
        ) { facts in
            let changed = (facts.rules.value?.reloads ?? []).compactMap(\.finding)
            var (lost, files): ([String], [String]) = ([], [])
            for fix in facts.rules.value?.fixes ?? [] {
                guard case .nowhere(let read) = fix.saving else { continue }
                lost.append(fix.name)
                files = read
            }
            guard !lost.isEmpty else { return changed }
            return [
                Finding(
                    .unsaved, .warning, .director, [.init("fixes", lost.count), .init("files_read", files.count)],
                    context: .named(.init(names: lost)), [.saveFix])
            ] + changed
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

    /// The rule is about the way back to the client, which with DR and TUN no answer goes.
    private static let reversePathCheck = Check(
        .reversePathIPv6, .warning, "packets of IPv6 clients that a rule drops, as they come by another interface",
        needs: [.rules, .network], concerns: { $0.identity.family == .ipv6 }
    ) { facts in
        guard let rules = facts.rules.value?.reversePathRules, let rule = rules.first else { return [] }
        let network = facts.networkValue
        return network.virtual.sorted { $0.key < $1.key }.compactMap { address, place in
            guard address.family == .ipv6, let output = place.defaultOutput, !place.holders.contains(output),
                let interface = place.holders.first(where: { network.interfaces[$0]?.usesARP ?? false })
            else { return nil }
            return Finding(
                .reversePathIPv6, .warning, facts.subject(address, facts.services(at: address)),
                [.init("rules", rules.count)],
                context: .named(
                    .init(addresses: [address], interfaces: [interface, output], names: [rule.description])),
                [.acceptByInterface(interface)])
        }
    }
}

extension RuleReload {
    /// Nil if it changes nothing.
    fileprivate var finding: Finding? {
        if lost.isEmpty, gained.isEmpty, lostTables.isEmpty { return nil }
        return Finding(
            .unsaved, .warning, .director,
            [
                .init("rules_lost", lost.count), .init("rules_gained", gained.count),
                .init("files_read", files.count),
            ] + (lostTables.isEmpty ? [] : [.init("tables_lost", lostTables.count)]), context: .reload(self),
            [.matchFiles])
    }
}
