/// Managers that make rules again, and lose those of others thereby: what they drop has to be accepted by their own settings.
extension FirewallManager {
    /// Who makes the rules of a chain again, and what to set there so that packets to a service pass; nil if what is added to the chain stays.
    ///
    /// - Parameters:
    ///   - managers: those of its table.
    ///   - areOpenings: whether the packets open connections; else they are INVALID.
    package static func advice(
        aboutChain chain: String, inTable table: String, of managers: [FirewallManager] = [], areOpenings: Bool = false
    ) -> String? {
        let owner = FirewallManager(table: table) ?? managers.first(where: \.remakesEveryTable)
        guard let remaker = owner ?? maker(ofChain: chain),
            let setting = areOpenings ? remaker.settingForOpenings(inTable: table) : remaker.setting(inTable: table)
        else { return nil }
        return "\(remaker.rawValue) makes these rules again: \(setting)"
    }

    /// Who makes the rules of a chain, going by names alone; nil if it could be anybody.
    ///
    /// - Parameter managers: those of its table.
    package static func maker(
        ofChain chain: String, inTable table: String, of managers: [FirewallManager]
    ) -> FirewallManager? {
        FirewallManager(table: table) ?? FirewallManager(chain: chain) ?? managers.first(where: \.remakesEveryTable)
    }

    private static func maker(ofChain chain: String) -> FirewallManager? {
        // Docker makes it once, and never flushes it (libnetwork/firewall_linux.go, `arrangeUserFilterRule`).
        chain == "DOCKER-USER" ? nil : FirewallManager(chain: chain)
    }

    /// Whether it flushes all tables of iptables when it loads its rules. Others make only the chains again that they made.
    ///
    /// Sources: Shorewall's lib.runtime (`clear_firewall`), sbin/firehol (`FIREHOL_FAST_ACTIVATION`), csf's readme.txt.
    package var remakesEveryTable: Bool { [.shorewall, .firehol, .csf].contains(self) }

    /// Whether it makes rules as it runs, which no file has.
    package var makesRulesAsItRuns: Bool { ![.ufw, .iptables, .iptablesLegacy, .nft].contains(self) }

    /// What to set in its configuration. Of Shorewall, FireHOL and keepalived it was tried with Debian 12's packages.
    private func setting(inTable table: String) -> String? {
        switch self {
        case .firewalld: "it drops INVALID before any zone or policy"
        // pkg/proxy/iptables/proxier.go, pkg/proxy/nftables/proxier.go: `conntrackTCPLiberal`
        case .kubeProxy:
            "set conntrack.tcpBeLiberal in its configuration (--conntrack-tcp-be-liberal), with which it does not drop INVALID"
        // Release notes of Docker Engine 29; daemon/libnetwork/drivers/bridge/internal/nftabler/network.go
        case .docker where table == Self.dockersTable:
            "its tables of nftables have no chain for rules of one's own; what carries the mark of dockerd's option --bridge-accept-fwmark passes"
        case .docker: "rules of one's own belong into the chain DOCKER-USER, which it leaves alone"
        case .calico: "set a host endpoint's doNotTrack policy for these services"
        // keepalived.conf(5); keepalived/vrrp/vrrp_nftables.c, `nft_add_addresses`
        case .keepalived:
            "packets to an address of a vrrp_instance pass with “accept” there, without no_accept and vrrp_strict"
        // shorewall-rules(5)
        case .shorewall:
            "accept it in ?SECTION INVALID of /etc/shorewall/rules, as “ACCEPT net $FW:ADDRESS tcp PORT”, and likewise icmp 3, 11 and 12"
        // firehol-iptables(5)
        case .firehol:
            "accept it before the first interface of /etc/firehol/firehol.conf, as “iptables -A INPUT -d ADDRESS -p tcp --dport PORT "
                + "-m conntrack --ctstate NEW,INVALID -j ACCEPT”, and likewise the ICMP errors"
        // csf.pl: `dopacketfilters` inserts the chain INVALID before whatever csfpre.sh made, and csfpost.sh is run last (`dostart`).
        case .csf:
            "accept it by iptables -I INPUT in /etc/csf/csfpost.sh, which it runs after it has made its own rules"
        case .ufw, .iptables, .iptablesLegacy, .nft: nil
        }
    }

    /// The same for what opens connections, and is NEW.
    private func settingForOpenings(inTable table: String) -> String? {
        switch self {
        case .firewalld:
            "open the port in the zone of the interface, by firewall-cmd --permanent --add-port, and reload it"
        // shorewall-rules(5)
        case .shorewall: "accept it in ?SECTION NEW of /etc/shorewall/rules, as “ACCEPT net $FW:ADDRESS tcp PORT”"
        case .calico: "allow it in a policy of the host endpoint"
        case .csf: "add its port to TCP_IN, TCP6_IN, UDP_IN or UDP6_IN in /etc/csf/csf.conf"
        case .kubeProxy: nil
        case .docker, .keepalived, .firehol, .ufw, .iptables, .iptablesLegacy, .nft: setting(inTable: table)
        }
    }

    /// A line for sh(1) that makes it load its rules again where somebody flushed them; nil if it notices by itself, or has none.
    package var reload: String? {
        switch self {
        case .docker: "systemctl restart docker"
        // A reload (SIGHUP) makes no table again.
        case .keepalived: "systemctl restart keepalived"
        case .firewalld: "firewall-cmd --reload"
        case .ufw: "ufw reload"
        case .shorewall: "shorewall reload"
        case .firehol: "firehol restart"
        case .csf: "csf -r"
        case .kubeProxy, .calico, .iptables, .iptablesLegacy, .nft: nil
        }
    }
}
