import Addresses
import Firewall
import IPVS
import Inspection
import Netlink
import Routing

/// What a sandbox is a copy of.
package struct SandboxPlan {
    package var rules: Rules
    /// Nil for a capture that lacks it: the sandbox then has one link, by which everything arrives.
    package var network: NetworkConfiguration?
    /// Settings of the director, of which those that decide about packets are copied.
    package var sysctls: Sysctls
    /// The addresses of its services, which are made local if the network is not known.
    package var addresses: Set<IPAddress>
    /// Where sync daemons listen or send, which is tried as well.
    package var syncGroups: [SyncGroup] = []

    /// Connections that services by mark may have had.
    package var flowsByMark: [KnownFlow] = []

    /// Services that the sandbox's own IPVS is to have; none if it is to do without.
    package var ipvs: [Service] = []

    /// The packet filter.
    package enum Rules {
        /// As a director has it, with the sets of ipset that its rules use.
        case copied(Ruleset, legacy: [LegacyTable], sets: [IPSet])
        /// From files, by the programs that load them, in this order; see `RulesetLoader`.
        case loaded([RulesetFile])

        /// The director's; nothing if files are in their place.
        package var ruleset: Ruleset { if case .copied(let ruleset, _, _) = self { ruleset } else { Ruleset() } }

        /// Likewise.
        package var legacyTables: [LegacyTable] { if case .copied(_, let tables, _) = self { tables } else { [] } }
    }

    package init(
        rules: Rules, network: NetworkConfiguration? = nil, sysctls: Sysctls, addresses: Set<IPAddress> = []
    ) {
        (self.rules, self.network, self.sysctls, self.addresses) = (rules, network, sysctls, addresses)
    }

    package init(
        ruleset: Ruleset, legacyTables: [LegacyTable] = [], sets: [IPSet] = [], network: NetworkConfiguration? = nil,
        sysctls: Sysctls, addresses: Set<IPAddress> = []
    ) {
        self.init(
            rules: .copied(ruleset, legacy: legacyTables, sets: sets), network: network, sysctls: sysctls,
            addresses: addresses)
    }

    /// See `net.ipv4.vs.conntrack`.
    var keepsEntries: Bool { sysctls.number(Sysctls.ipvsConntrack) == 1 }

    /// Those that decide what becomes of a packet, up to where IPVS takes it.
    static let prefixes = [
        "net.ipv4.ip_forward", "net.ipv4.conf.", "net.ipv6.conf.", "net.netfilter.nf_conntrack_tcp_loose",
        "net.netfilter.nf_conntrack_tcp_be_liberal", "net.netfilter.nf_conntrack_checksum",
        "net.netfilter.nf_conntrack_tcp_ignore_invalid_rst",
    ]

    /// Those of IPVS that decide what becomes of a packet: not what drops at random under memory pressure, nor what is the whole host's.
    var ipvsSettings: [(name: String, value: String)] {
        let names = [
            "cache_bypass", "conn_reuse_mode", "conntrack", "expire_nodest_conn", "expire_quiescent_template",
            "ignore_tunneled", "nat_icmp_send", "pmtu_disc", "schedule_icmp", "sloppy_sctp", "sloppy_tcp",
            "snat_reroute",
        ].map { "net.ipv4.vs.\($0)" }
        // Estimators are threads of the kernel's.
        return [("net.ipv4.vs.run_estimation", "0")]
            + names.compactMap { name in sysctls.values[name].map { (name, $0) } }
    }

    /// In the order in which they are to be written: that of the host changes those of all interfaces (`inet_forward_change`,
    /// net/ipv4/devinet.c), as does that of `all`.
    var settings: [(name: String, value: String)] {
        func rank(_ name: String) -> Int {
            name == "net.ipv4.ip_forward"
                ? 0 : name.contains(".conf.all.") ? 1 : name.contains(".conf.default.") ? 2 : 3
        }
        // A packet of ours must not appear in the host's log.
        let written = sysctls.values.filter { setting in
            Self.prefixes.contains { setting.key.hasPrefix($0) } && !setting.key.hasSuffix(".log_martians")
        }
        // A rank is searched for in a name, which costs more than to compare it.
        return written.map { (rank: rank($0.key), name: $0.key, value: $0.value) }
            .sorted { ($0.rank, $0.name) < ($1.rank, $1.name) }.map { ($0.name, $0.value) }
    }
}
