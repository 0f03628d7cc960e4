import Addresses
import Conntrack
import Inspection
import Netlink

/// What is to be known of the kernel that runs here.
enum Kernel {
    static let release = Origin.here(networkNamespace: nil).kernelRelease
    static let version = KernelVersion(release: release) ?? KernelVersion(0, 0)
    /// Conntrack's tracker of DCCP is gone.
    static let withoutDCCP = KernelVersion(6, 16)
}

extension TrackingConditions {
    /// The defaults, as this kernel has them.
    static let here = TrackingConditions(leavesRouterDiscovery: leavesRouterDiscovery(Kernel.release))
}

extension IPAddress.Family {
    static let both: [IPAddress.Family] = [.ipv4, .ipv6]
}
