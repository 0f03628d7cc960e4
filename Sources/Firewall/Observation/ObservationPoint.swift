/// A place on a packet's way through the director where packets are counted.
///
/// The order is that of the way, and that of reading: what is counted earlier is read earlier, so that a packet under way never looks
/// like one that was dropped.
package enum ObservationPoint: String, CaseIterable, Hashable, Sendable {
    /// Behind conntrack (-200), in front of mangle (-150) and of destination NAT (-100).
    case preRouting = "pre_routing"
    /// In front of every packet filter.
    case localIn = "local_in"
    /// Behind the packet filter (0) and in front of IPVS, which takes packets at 98 and 99 (ip_vs_ops4, net/netfilter/ipvs/ip_vs_core.c).
    case localInPassed = "local_in_passed"
    /// Answers of real servers (NAT), or through a director that is their gateway: in front of every packet filter.
    case forward
    /// Behind the packet filter, and in front of IPVS, which translates answers at 100.
    case forwardPassed = "forward_passed"
    /// What IPVS sends on goes through here, whatever the forwarding method. Behind conntrack (-200).
    case localOut = "local_out"
    /// Behind source NAT (100), in front of conntrack's confirmation (the last).
    case postRouting = "post_routing"

    /// As JSON has it.
    package var name: String { rawValue }

    /// Which packets are observed at a point, and by which of their ends.
    package enum Side: String, CaseIterable, Hashable, Sendable {
        /// Packets to a virtual address.
        case entering
        /// Packets to a virtual address, or to a real server as the forwarding method rewrites them.
        case leaving
        /// Packets from a virtual address, or from a real server behind NAT.
        case answering
    }

    /// Whose packets are counted here.
    package var side: Side {
        switch self {
        case .preRouting, .localIn, .localInPassed: .entering
        case .localOut, .postRouting: .leaving
        case .forward, .forwardPassed: .answering
        }
    }

    /// The hook as nft(8) names it.
    var hook: String {
        switch self {
        case .preRouting: "prerouting"
        case .localIn, .localInPassed: "input"
        case .forward, .forwardPassed: "forward"
        case .localOut: "output"
        case .postRouting: "postrouting"
        }
    }

    /// `enum nf_ip_hook_priorities` (linux/netfilter_ipv4.h).
    var priority: Int {
        switch self {
        case .preRouting, .localOut: -199
        case .localIn, .forward: -450
        case .localInPassed, .forwardPassed: 98
        case .postRouting: 350
        }
    }

    /// Packets of services by mark have theirs at the latest behind mangle (-150).
    static let priorityOfMarks = -101
}
