/// Who makes rules and keeps them, going by the names it gives to tables and chains. Several at once is normal.
package enum FirewallManager: String, CaseIterable, Sendable {
    case ufw
    case firewalld
    case docker
    case kubeProxy = "kube-proxy"
    case calico
    case keepalived
    case firehol
    case shorewall
    case csf
    /// iptables or ip6tables, as the nft variant makes them: also behind most of the others.
    case iptables = "iptables-nft"
    /// The same as the legacy variant makes them.
    case iptablesLegacy = "iptables-legacy"
    /// A table of nf_tables that is none of theirs.
    case nft = "nftables"
}

extension Ruleset {
    /// In the order of the cases.
    package var managers: [FirewallManager] { managers(beside: []) }

    /// The same, with those of the tables of iptables-legacy.
    package func managers(beside legacy: [LegacyTable]) -> [FirewallManager] {
        let found = Set(self[.table].flatMap(managers) + legacy.flatMap(\.managers))
        return FirewallManager.allCases.filter(found.contains)
    }

    /// Those of one table, in the order of the cases.
    package func managers(ofTable family: TableFamily, _ name: String) -> [FirewallManager] {
        let found = Set(self[.table].filter { $0.family == family && $0.name == name }.flatMap(managers))
        return FirewallManager.allCases.filter(found.contains)
    }

    private func managers(of table: RulesetObject) -> Set<FirewallManager> {
        let chains = self[.chain].filter { $0.family == table.family && $0.table == table.name }
        var found = FirewallManager.makers(ofChains: Set(chains.map(\.name)))
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

extension LegacyTable {
    /// Nobody's, if it has no rule: the kernel makes an empty table when it is first asked for.
    package var managers: [FirewallManager] {
        if rules == 0, chains.isEmpty { return [] }
        let found = FirewallManager.makers(ofChains: Set(chains)).union([.iptablesLegacy])
        return FirewallManager.allCases.filter(found.contains)
    }
}

extension FirewallManager {
    /// Who made chains with these names, which are all of one table.
    fileprivate static func makers(ofChains names: Set<String>) -> Set<FirewallManager> {
        var found = Set(names.compactMap { FirewallManager(chain: $0) })
        // A pair for each interface or router that is configured (sbin/firehol, `interface`, `router`). It has nothing else of its own.
        if names.contains(where: { $0.hasPrefix("in_") && names.contains("out_" + $0.dropFirst(3)) }) {
            found.insert(.firehol)
        }
        // csf.pl, which always makes both
        if names.isSuperset(of: ["LOCALINPUT", "DENYIN"]) { found.insert(.csf) }
        return found
    }

    /// Of both families, with `firewall-backend` nftables.
    static let dockersTable = "docker-bridges"

    /// Whose table it is, going by its name; nil if it could be anybody's.
    init?(table name: String) {
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
        case Self.dockersTable: self = .docker
        default: return nil
        }
    }

    /// Whose chain it is, going by its name; nil if it could be anybody's.
    package init?(chain name: String) {
        if name.hasPrefix("ufw-") || name.hasPrefix("ufw6-") {
            self = .ufw
        } else if name == "DOCKER" || name.hasPrefix("DOCKER-") {
            self = .docker
        } else if name.hasPrefix("KUBE-"), name != "KUBE-FIREWALL", name != "KUBE-KUBELET-CANARY" {
            // Those two are the kubelet's (pkg/kubelet/kubelet_network_linux.go).
            self = .kubeProxy
        } else if name.hasPrefix("cali-") {
            self = .calico
        } else if name == "shorewall" {
            // Made last, as the mark that it has started (Shorewall/Perl/Shorewall/Compiler.pm; Shorewall-core/lib.common,
            // `product_is_started`). Its other chains (`net-fw`, `logdrop`, `dynamic`) can be anyone's, or may be missing.
            self = .shorewall
        } else {
            return nil
        }
    }
}
