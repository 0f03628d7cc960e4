import Addresses
import CNetlink
import Netlink

/// A route of IPv4 or IPv6.
///
/// Source: net/ipv4/fib_semantics.c, `fib_dump_info`; net/ipv6/route.c, `rt6_fill_node`.
package struct Route: Equatable, Sendable {
    /// All zeros with length 0 for a default route.
    package internal(set) var destination: Prefix
    /// Only packets from there; length 0 for all. IPv4 has none.
    package internal(set) var source: Prefix
    /// The field for it in the packet must have this value, unless it is 0.
    package internal(set) var typeOfService: UInt8
    package internal(set) var table: RoutingTable
    package internal(set) var type: RouteType
    package internal(set) var originator: RouteOriginator
    package internal(set) var scope: AddressScope
    package internal(set) var flags: NextHop.Flags
    /// Of a route with one next hop.
    package internal(set) var gateway: IPAddress?
    /// The index of the interface that packets leave by.
    package internal(set) var output: Int32?
    /// The address that this host's own packets get.
    package internal(set) var preferredSource: IPAddress?
    /// The metric: of several routes to a prefix the one with the lowest is used.
    package internal(set) var priority: UInt32?
    /// In bytes (`RTAX_MTU`).
    package internal(set) var mtu: UInt32?
    /// Several next hops among which packets are distributed; empty for a route with one.
    package internal(set) var nextHops: [NextHop] = []
    /// A nexthop object (`RTA_NH_ID`). The kernel says its next hops as well, unless `net.ipv4.nexthop_compat_mode` is 0.
    package internal(set) var nextHopObject: UInt32?
    /// `LWTUNNEL_ENCAP_*`, for a route that puts packets into a tunnel. Its parameters are not kept.
    package internal(set) var encapsulation: UInt16?

    package var family: IPAddress.Family { destination.address.family }

    /// One of the ways to a destination.
    package struct NextHop: Equatable, Sendable {
        package var gateway: IPAddress?
        /// The interface's index.
        package var output: Int32
        /// From 1; packets are distributed in proportion.
        package var weight: Int
        package var flags: Flags

        /// `RTNH_F_*`
        package struct Flags: NamedBits {
            package let rawValue: UInt32

            package init(rawValue: UInt32) { self.rawValue = rawValue }

            package static let dead = Flags(rawValue: 1 << 0)
            /// The gateway is on the link, even if no route says so.
            package static let onLink = Flags(rawValue: 1 << 2)
            package static let linkDown = Flags(rawValue: 1 << 4)

            package static let names = [
                "dead", "pervasive", "onlink", "offload", "linkdown", "unresolved", "trap",
            ]
        }
    }
}
