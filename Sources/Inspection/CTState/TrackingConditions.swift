import Conntrack

/// What the outcome depends on besides the packet and the entry.
package struct TrackingConditions: Hashable, Sendable {
    /// `net.netfilter.nf_conntrack_tcp_loose`: whether a TCP connection is picked up midway.
    package var tcpLoose: Bool
    /// `net.netfilter.nf_conntrack_tcp_be_liberal`: whether a segment outside the window counts as one inside.
    package var isLiberal: Bool
    /// `net.netfilter.nf_conntrack_checksum`: whether checksums are verified where packets come in.
    package var verifiesChecksums: Bool
    /// `net.ipv4.vs.conntrack`: whether IPVS leaves forwarded packets to conntrack.
    package var ipvsConntrack: Bool
    /// ICMPv6 messages of multicast router discovery (151, 152) are not tracked: the case in Linux 6.12, not yet in 6.1.
    package var leavesRouterDiscovery: Bool

    /// DCCP has states of its own: the case until Linux 6.15.
    package var tracksDCCP: Bool

    /// The kernel's defaults.
    package init(
        tcpLoose: Bool = true, isLiberal: Bool = false, verifiesChecksums: Bool = true, ipvsConntrack: Bool = false,
        leavesRouterDiscovery: Bool = true, tracksDCCP: Bool = false
    ) {
        self.tcpLoose = tcpLoose
        self.isLiberal = isLiberal
        self.verifiesChecksums = verifiesChecksums
        self.ipvsConntrack = ipvsConntrack
        self.leavesRouterDiscovery = leavesRouterDiscovery
        self.tracksDCCP = tracksDCCP
    }

    /// Whether the kernel with this release (`6.1.0-56-amd64`) has the change to multicast router discovery; assumed if the release cannot be
    /// parsed. It came in 2024, with Linux 6.10 at the latest.
    package static func leavesRouterDiscovery(_ release: String) -> Bool {
        KernelVersion(release: release).map { $0 >= KernelVersion(6, 10) } ?? true
    }

    /// Whether the kernel with this release has a tracker of DCCP; assumed to lack it if the release cannot be parsed. It was removed in
    /// Linux 6.16.
    package static func tracksDCCP(_ release: String) -> Bool {
        KernelVersion(release: release).map { $0 < KernelVersion(6, 16) } ?? false
    }
}
