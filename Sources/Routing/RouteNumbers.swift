/// What happens to packets that a route matches (`RTN_*`, linux/rtnetlink.h).
package struct RouteType: NamedNumber {
    package let rawValue: UInt8

    package init(rawValue: UInt8) { self.rawValue = rawValue }

    package static let unicast = RouteType(rawValue: 1)
    /// For this host.
    package static let local = RouteType(rawValue: 2)

    package static let names: [UInt8: String] = [
        0: "none", 1: "unicast", 2: "local", 3: "broadcast", 4: "anycast", 5: "multicast", 6: "blackhole",
        7: "unreachable", 8: "prohibit", 9: "throw", 10: "nat", 11: "xresolve",
    ]
}

/// Who made a route (`RTPROT_*`); the kernel looks only at those below `static`.
package struct RouteOriginator: NamedNumber {
    package let rawValue: UInt8

    package init(rawValue: UInt8) { self.rawValue = rawValue }

    package static let kernel = RouteOriginator(rawValue: 2)

    package static let names: [UInt8: String] = [
        0: "unspec", 1: "redirect", 2: "kernel", 3: "boot", 4: "static", 8: "gated", 9: "ra", 10: "mrt", 11: "zebra",
        12: "bird", 13: "dnrouted", 14: "xorp", 15: "ntk", 16: "dhcp", 17: "mrouted", 18: "keepalived", 42: "babel",
        99: "openr", 186: "bgp", 187: "isis", 188: "ospf", 189: "rip", 192: "eigrp",
    ]
}

/// A routing table's number (`RT_TABLE_*`). Other names are in the host's /etc/iproute2/rt_tables, and not known here.
package struct RoutingTable: NamedNumber {
    package let rawValue: UInt32

    package init(rawValue: UInt32) { self.rawValue = rawValue }

    package static let main = RoutingTable(rawValue: 254)
    /// Kept by the kernel: this host's own addresses, and broadcast ones.
    package static let local = RoutingTable(rawValue: 255)

    package static let names: [UInt32: String] = [0: "unspec", 253: "default", 254: "main", 255: "local"]
}
