import Conntrack

/// What the outcome depends on besides the packet and the entry.
package struct TrackingConditions: Hashable, Sendable {
    /// `net.netfilter.nf_conntrack_tcp_loose`: whether a TCP connection is picked up midway.
    package var tcpLoose: Bool
    /// `net.ipv4.vs.conntrack`: whether IPVS leaves forwarded packets to conntrack.
    package var ipvsConntrack: Bool
    /// ICMPv6 messages of multicast router discovery (151, 152) are not tracked: the case in Linux 6.12, not yet in 6.1.
    package var leavesRouterDiscovery: Bool

    /// The kernel's defaults.
    package init(tcpLoose: Bool = true, ipvsConntrack: Bool = false, leavesRouterDiscovery: Bool = true) {
        self.tcpLoose = tcpLoose
        self.ipvsConntrack = ipvsConntrack
        self.leavesRouterDiscovery = leavesRouterDiscovery
    }

    /// Whether the kernel with this release (`6.1.0-56-amd64`) has the change to multicast router discovery; assumed if the release cannot be
    /// parsed. It came in 2024, with Linux 6.10 at the latest.
    package static func leavesRouterDiscovery(_ release: String) -> Bool {
        KernelVersion(release: release).map { $0 >= KernelVersion(6, 10) } ?? true
    }
}
