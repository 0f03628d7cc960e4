import Netlink

extension KernelError {
    /// The same answer, known to mean that the kernel does not serve ctnetlink.
    var withoutCtnetlink: KernelError {
        KernelError(
            asked, .absent, errno: errno, detail: detail,
            nextStep: "the kernel has no ctnetlink: modprobe nf_conntrack_netlink")
    }
}
