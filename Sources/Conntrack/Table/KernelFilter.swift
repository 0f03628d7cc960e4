/// What ctnetlink can apply of a filter, by the kernel that first did it right (`ctnetlink_alloc_filter` in
/// net/netfilter/nf_conntrack_netlink.c).
package enum KernelFilter: String, CaseIterable, Sendable {
    case tuples = "addresses and ports"
    case status
    case replyTuples = "those of the reply"
    case zones

    /// The first one.
    package var since: KernelVersion {
        switch self {
        case .tuples: KernelVersion(5, 8)
        case .status: KernelVersion(5, 15)
        case .replyTuples: KernelVersion(5, 18)
        case .zones: KernelVersion(6, 8)
        }
    }
}
