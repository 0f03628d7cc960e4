import Conntrack
import Firewall
import IPVS

/// A packet's path through the netfilter hooks of a director, and what it means.
package struct PacketWalk: Equatable, Sendable {
    package var question: WalkQuestion
    /// Conntrack's judgement where it first sees the packet: this is the ctstate that the packet filter uses.
    package var judgement: TrackingOutcome
    /// What IPVS does with it, provided that the packet filter lets it pass; nil if it does not look at it.
    package var decision: SchedulingDecision?
    /// In the order in which the packet passes them, provided that the packet filter lets it.
    package var steps: [WalkStep] = []
    /// The ctstate with which the packet leaves the director; nil if it ends there, at a socket or dropped by IPVS.
    package var leavesAs: CTState?
    /// The entry that the packet adds to the table.
    package var entered: TrackedEntry?
    /// What it means.
    package var findings: [Finding] = []
}

/// A hook function that processes the packet.
package struct WalkStep: Equatable, Sendable {
    package var hook: NetfilterHook
    /// Functions of a hook run in order of priority.
    package var priority: Int32
    /// What the function belongs to.
    package var who: Party
    /// What it does, in a few words.
    package var what: String
    /// Why.
    package var reason: String
    package var place: KernelPlace
    /// The packet's ctstate after it.
    package var ctstate: CTState

    /// What has functions at the hooks.
    package enum Party: String, CaseIterable, Sendable {
        case conntrack
        /// The packet filter: nftables, iptables.
        case filter
        case ipvs
    }

    /// The priorities of the functions, which are the same for IPv4 and IPv6 (`NF_IP_PRI_*`, linux/netfilter_ipv4.h; for IPVS
    /// `ip_vs_ops4` and `ip_vs_ops6` in net/netfilter/ipvs/ip_vs_core.c).
    enum Priority {
        static let conntrack: Int32 = -200
        static let filter: Int32 = 0
        static let confirm = Int32.max
        static let ipvsRepliesIn: Int32 = 98
        static let ipvsRequests: Int32 = 99
        static let ipvsRepliesForwarded: Int32 = 100
        static let ipvsRepliesOut: Int32 = -99
    }
}

extension PacketWalk {
    /// Predicts the packet's path.
    package init(_ question: WalkQuestion) {
        var walker = Walker(question)
        switch (question.direction, question.method) {
        case (.original, _): walker.toTheVIP()
        case (.reply, .local): walker.backFromThisHost()
        case (.reply, _): walker.backFromTheRealServer()
        }
        self = walker.walk
        findings = WalkFindings(self, walker.connection).all
    }
}
