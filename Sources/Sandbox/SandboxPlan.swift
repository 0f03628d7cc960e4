import Addresses
import Firewall
import Inspection
import Netlink
import Routing

/// What a sandbox is a copy of.
package struct SandboxPlan {
    package var ruleset: Ruleset
    /// Nil for a capture that lacks it: the sandbox then has one link, by which everything arrives.
    package var network: NetworkConfiguration?
    /// Settings of the director, of which those that decide about packets are copied.
    package var sysctls: Sysctls
    /// The addresses of its services, which are made local if the network is not known.
    package var addresses: Set<IPAddress>

    package init(
        ruleset: Ruleset, network: NetworkConfiguration? = nil, sysctls: Sysctls, addresses: Set<IPAddress> = []
    ) {
        (self.ruleset, self.network, self.sysctls, self.addresses) = (ruleset, network, sysctls, addresses)
    }

    /// See `net.ipv4.vs.conntrack`.
    var keepsEntries: Bool { sysctls.number(Sysctls.ipvsConntrack) == 1 }

    /// Those that decide what becomes of a packet, up to where IPVS takes it.
    static let prefixes = [
        "net.ipv4.ip_forward", "net.ipv4.conf.", "net.ipv6.conf.", "net.netfilter.nf_conntrack_tcp_loose",
        "net.netfilter.nf_conntrack_tcp_be_liberal", "net.netfilter.nf_conntrack_checksum",
        "net.netfilter.nf_conntrack_tcp_ignore_invalid_rst",
    ]

    var settings: [(name: String, value: String)] {
        sysctls.values.filter { setting in Self.prefixes.contains { setting.key.hasPrefix($0) } }
            // `all` last: writing it changes the others.
            .sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }
}
