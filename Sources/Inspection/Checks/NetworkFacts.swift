import Addresses

/// What checks need to know of the network that a director is in: answers about the addresses of its services and destinations, as found in
/// its links, addresses, policy rules, routes, neighbours and settings.
package struct NetworkFacts: Equatable, Sendable {
    /// Of each service that has an address.
    package var virtual: [IPAddress: VirtualAddress] = [:]
    /// To each destination.
    package var paths: [IPAddress: Path] = [:]
    /// By name.
    package var interfaces: [String: Interface] = [:]
    /// Whether a program here speaks VRRP (a raw socket for protocol 112, as keepalived has): another director may have the VIPs now. Nil if
    /// that is not known.
    package var speaksVRRP: Bool?

    package init() {}

    package struct VirtualAddress: Equatable, Sendable {
        /// A route of the type `local` leads to it: in the local table, or in another one, unless that is one for all addresses.
        package var isLocal: Bool
        /// The interfaces that have it.
        package var holders: [String]
        /// Other interfaces on whose link it would be, by the prefix of an address of theirs: hosts there ask for it by ARP.
        package var links: [String]
        /// The interface by which answers to the rest of the world leave, if they are from this address; nil without such a route.
        package var defaultOutput: String?

        package init(
            isLocal: Bool = true, holders: [String] = [], links: [String] = [], defaultOutput: String? = nil
        ) {
            (self.isLocal, self.holders, self.links, self.defaultOutput) = (isLocal, holders, links, defaultOutput)
        }
    }

    /// Where IPVS's packets for a destination go.
    package struct Path: Equatable, Sendable {
        package var way: Way
        package var interface: String?
        /// In bytes, of the route or else the interface; nil if unknown.
        package var mtu: UInt32?
        /// Of the next host, if the kernel knows of it.
        package var neighbour: Neighbour?
        /// The link that they need and that is down: the interface, or without a route over it the one whose addresses show that the
        /// destination is on its link.
        package var down: DownLink?

        package init(
            _ way: Way, interface: String? = nil, mtu: UInt32? = nil, neighbour: Neighbour? = nil,
            down: DownLink? = nil
        ) {
            (self.way, self.interface, self.mtu, self.neighbour) = (way, interface, mtu, neighbour)
            self.down = down
        }
    }

    package enum Way: Equatable, Sendable {
        case local
        case onLink
        /// Whether only a default route leads there.
        case gateway(IPAddress, byDefault: Bool)
        case none
        /// `unreachable`, `blackhole`, `prohibit`
        case refused(String)
        /// Why it is not known.
        case unknown(String)
    }

    /// The state of a host on a link.
    package struct Neighbour: Equatable, Sendable {
        /// It did not answer when it was last asked.
        package var hasFailed: Bool
        /// How long it is in this state, in seconds; nil if unknown.
        package var seconds: UInt32?
        /// As in `ip neigh`: `REACHABLE`.
        package var state: String

        package init(hasFailed: Bool, seconds: UInt32? = nil, state: String = "") {
            (self.hasFailed, self.seconds, self.state) = (hasFailed, seconds, state)
        }
    }

    /// A network interface that does not carry packets.
    package struct DownLink: Equatable, Sendable {
        package var name: String
        /// Whether the administrator wants it to run (`IFF_UP`): then it has no carrier.
        package var isUp: Bool

        package init(_ name: String, isUp: Bool) { (self.name, self.isUp) = (name, isUp) }
    }

    /// Its settings are combined with those of `all`, as the kernel does (include/linux/inetdevice.h).
    package struct Interface: Equatable, Sendable {
        /// It answers ARP: neither a loopback nor one without (`IFF_NOARP`), as dummy and tunnel interfaces are.
        package var usesARP: Bool
        /// `rp_filter`: 1 is strict, 2 loose.
        package var reversePath: Int
        /// `arp_ignore`
        package var arpIgnore: Int
        /// `arp_announce`: 2 chooses the best address as the sender's.
        package var arpAnnounce = 0
        package var sendsRedirects: Bool
        package var mtu: UInt32?

        package init(
            usesARP: Bool = true, reversePath: Int = 0, arpIgnore: Int = 0, sendsRedirects: Bool = false,
            mtu: UInt32? = 1500
        ) {
            (self.usesARP, self.reversePath, self.arpIgnore) = (usesARP, reversePath, arpIgnore)
            (self.sendsRedirects, self.mtu) = (sendsRedirects, mtu)
        }
    }
}

/// Counters of the network, as /proc/net/snmp, /proc/net/netstat and /proc/net/snmp6 have them.
package struct HostCounters: Equatable, Sendable {
    /// By group and name: `TcpExt.IPReversePathFilter`.
    package var values: [String: UInt64]

    package init(_ values: [String: UInt64] = [:]) { self.values = values }

    /// Packets that rp_filter dropped (`__fib_validate_source`, net/ipv4/fib_frontend.c; `LINUX_MIB_IPRPFILTER`).
    static let reversePath = "TcpExt.IPReversePathFilter"
    /// Packets of IPv4 that came.
    static let received = "Ip.InReceives"
    /// ICMP errors that were not sent, as there were too many (`icmp_global_allow` and `icmpv4_xrlim_allow`, net/ipv4/icmp.c; since Linux 6.1).
    static let limited = [limitedGlobally, "Icmp.OutRateLimitHost"]
    /// Those of both families (`icmpv6_global_allow`, net/ipv6/icmp.c).
    static let limitedGlobally = "Icmp.OutRateLimitGlobal"
    /// Those of IPv6 to one host (`icmpv6_xrlim_allow`; since Linux 6.1, too).
    static let limitedByHost6 = "Icmp6.OutRateLimitHost"
}
