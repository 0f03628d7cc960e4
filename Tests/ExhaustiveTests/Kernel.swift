import Addresses
import Conntrack
import Inspection
import Netlink

/// Properties of the running kernel.
enum Kernel {
    static let release = Origin.here(networkNamespace: nil).kernelRelease
    static let version = KernelVersion(release: release) ?? KernelVersion(0, 0)
    /// Conntrack's DCCP tracker was removed.
    static let withoutDCCP = KernelVersion(6, 16)
}

extension TrackingConditions {
    /// This kernel's defaults.
    static let here = TrackingConditions(
        isLiberal: true, leavesRouterDiscovery: leavesRouterDiscovery(Kernel.release),
        tracksDCCP: tracksDCCP(Kernel.release))
}

extension IPAddress.Family {
    static let both: [IPAddress.Family] = [.ipv4, .ipv6]
}
