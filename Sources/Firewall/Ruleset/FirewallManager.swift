/// Who makes rules and keeps them, going by the names it gives to tables and chains. Several at once is normal.
package enum FirewallManager: String, CaseIterable, Sendable {
    case ufw
    case firewalld
    case docker
    case kubeProxy = "kube-proxy"
    case calico
    case keepalived
    /// iptables or ip6tables, as the nft variant makes them: also behind most of the others.
    case iptables = "iptables-nft"
    /// A table that is none of theirs.
    case nft = "nftables"
}

extension Ruleset {
    /// In the order of the cases.
    package var managers: [FirewallManager] {
        let found = Set(self[.table].flatMap(managers))
        return FirewallManager.allCases.filter(found.contains)
    }

    private func managers(of table: RulesetObject) -> Set<FirewallManager> {
        let chains = self[.chain].filter { $0.family == table.family && $0.table == table.name }
        var found = Set(chains.compactMap { FirewallManager(chain: $0.name) })
        if let owner = FirewallManager(table: table.name) { found.insert(owner) }
        if isOfIPTables(table, chains) { found.insert(.iptables) }
        return found.isEmpty ? [.nft] : found
    }

    /// iptables-nft names tables and base chains as the kernel's legacy ones (nft.c, `xtables_ipv4`), which are in capitals; nft's own
    /// examples are not.
    private func isOfIPTables(_ table: RulesetObject, _ chains: [RulesetObject]) -> Bool {
        guard table.family == .ip || table.family == .ip6, Self.tablesOfIPTables.contains(table.name) else {
            return false
        }
        return chains.contains { Self.chainsOfIPTables.contains($0.name) }
    }

    private static let tablesOfIPTables: Set = ["filter", "nat", "mangle", "raw", "security"]
    private static let chainsOfIPTables: Set = ["PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"]
}

extension FirewallManager {
    fileprivate init?(table name: String) {
        switch name {
        // src/firewall/core/nftables.py: TABLE_NAME
        case "firewalld", "firewalld_policy_drop": self = .firewalld
        // pkg/proxy/nftables/proxier.go: kubeProxyTable
        case "kube-proxy": self = .kubeProxy
        // felix/nftables
        case "calico": self = .calico
        // keepalived/vrrp/vrrp_nftables.c, keepalived/check/check_nftables.c
        case "keepalived", "keepalived_ipvs": self = .keepalived
        // daemon/libnetwork/drivers/bridge/internal/nftabler
        case "docker-bridges": self = .docker
        default: return nil
        }
    }

    fileprivate init?(chain name: String) {
        if name.hasPrefix("ufw-") || name.hasPrefix("ufw6-") {
            self = .ufw
        } else if name == "DOCKER" || name.hasPrefix("DOCKER-") {
            self = .docker
        } else if name.hasPrefix("KUBE-"), name != "KUBE-FIREWALL", name != "KUBE-KUBELET-CANARY" {
            // Those two are the kubelet's (pkg/kubelet/kubelet_network_linux.go).
            self = .kubeProxy
        } else if name.hasPrefix("cali-") {
            self = .calico
        } else {
            return nil
        }
    }
}
