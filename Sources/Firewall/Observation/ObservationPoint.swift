/// A point on a packet's path through the director where packets are counted.
///
/// The order is that of the path and of reading: earlier points are read first, so that a packet in flight never looks dropped.
package enum ObservationPoint: String, CaseIterable, Hashable, Sendable {
    /// After conntrack (-200), before mangle (-150) and destination NAT (-100).
    case preRouting = "pre_routing"
    /// Before any packet filter.
    case localIn = "local_in"
    /// After the packet filter (0), before IPVS, which takes packets at 98 and 99 (ip_vs_ops4, net/netfilter/ipvs/ip_vs_core.c).
    case localInPassed = "local_in_passed"
    /// Answers of real servers (with NAT, or if the director is their gateway): before any packet filter.
    case forward
    /// After the packet filter, before IPVS, which translates answers at 100.
    case forwardPassed = "forward_passed"
    /// Packets forwarded by IPVS pass here, whatever the forwarding method. After conntrack (-200).
    case localOut = "local_out"
    /// After source NAT (100), before conntrack's confirmation (the last).
    case postRouting = "post_routing"

    /// As in JSON.
    package var name: String { rawValue }

    /// Which packets are observed at a point, and by which of their ends.
    package enum Side: String, CaseIterable, Hashable, Sendable {
        /// Packets to a virtual address.
        case entering
        /// Packets to a virtual address, or to a real server if the forwarding method rewrites them.
        case leaving
        /// Packets from a virtual address, or from a real server behind NAT.
        case answering
    }

    /// Which packets are counted here.
    package var side: Side {
        switch self {
        case .preRouting, .localIn, .localInPassed: .entering
        case .localOut, .postRouting: .leaving
        case .forward, .forwardPassed: .answering
        }
    }

    var hook: NetfilterHook {
        switch self {
        case .preRouting: .preRouting
        case .localIn, .localInPassed: .localIn
        case .forward, .forwardPassed: .forward
        case .localOut: .localOut
        case .postRouting: .postRouting
        }
    }

    /// `enum nf_ip_hook_priorities` (linux/netfilter_ipv4.h).
    var priority: Int32 {
        switch self {
        case .preRouting, .localOut: -199
        case .localIn, .forward: -450
        case .localInPassed, .forwardPassed: 98
        case .postRouting: 350
        }
    }

    /// Packets of fwmark services have their mark after mangle (-150) at the latest.
    static let priorityOfMarks: Int32 = -101
}
