/// A point on a packet's path through the director where packets are counted.
///
/// The order is that of the path and of reading: earlier points are read first, so that a packet in flight never looks dropped. Each hook has
/// a point before the rules in it and one after them, so that what is lost at a hook and what is lost between hooks are two things.
package enum ObservationPoint: String, CaseIterable, Hashable, Sendable {
    /// After fragments are joined (-400, nf_defrag_ipv4.c), before raw (-300): conntrack has not told a ctstate yet.
    case arrived
    /// After conntrack (-200), before mangle (-150) and destination NAT (-100).
    case preRouting = "pre_routing"
    /// After every rule at PRE_ROUTING: routing comes next.
    case preRoutingPassed = "pre_routing_passed"
    /// The same place, for packets that destination NAT (REDIRECT, DNAT) took from the address observed. By the address before that.
    case rewritten
    /// Before any rule.
    case localIn = "local_in"
    /// After mangle (-150), for packets with a mark: some set it only there.
    case localInMarked = "local_in_marked"
    /// After the packet filter (0), before IPVS, which takes packets at 98 and 99 (ip_vs_ops4, net/netfilter/ipvs/ip_vs_core.c).
    case localInPassed = "local_in_passed"
    /// After everything at LOCAL_IN but conntrack's confirmation: what IPVS did not take.
    case delivered
    /// Packets of a client on the director itself, whose way begins here: to a local address, so towards lo. IPVS takes them at -98
    /// (ip_vs_ops4), and sends them through LOCAL_OUT again (`ip_vs_send_or_cont`, ip_vs_xmit.c).
    case localRequest = "local_request"
    /// Before destination NAT (-100) and IPVS.
    case localRequestPassed = "local_request_passed"
    /// The second time, as IPVS sends them, towards a real server.
    case localRequestSent = "local_request_sent"
    /// After every rule at POST_ROUTING.
    case localRequestLeft = "local_request_left"
    /// Answers of real servers, as they come in: after conntrack.
    case answerIn = "answer_in"
    /// After every rule at PRE_ROUTING.
    case answerInPassed = "answer_in_passed"
    /// Those of them that are for this host itself, as with a client or a health check here, and do not pass FORWARD: before any rule at LOCAL_IN.
    case answerDelivered = "answer_delivered"
    /// Answers of real servers (with NAT, or if the director is their gateway): before any rule.
    case forward
    /// After the packet filter, before IPVS, which translates answers at 100.
    case forwardPassed = "forward_passed"
    /// Answers of the director itself, where a destination is local: after conntrack.
    case answerOut = "answer_out"
    /// After every rule at LOCAL_OUT.
    case answerOutPassed = "answer_out_passed"
    /// Answers of either kind, before any rule at POST_ROUTING.
    case answerLeaving = "answer_leaving"
    /// Before source NAT (100), which may change the address they are known by.
    case answerLeft = "answer_left"
    /// Packets forwarded by IPVS pass here, whatever the forwarding method. After conntrack (-200).
    case localOut = "local_out"
    /// After every rule at LOCAL_OUT: the first at POST_ROUTING, as nothing lies between the two.
    case localOutPassed = "local_out_passed"
    /// After every rule at POST_ROUTING, before conntrack's confirmation (the last).
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
        case .arrived, .preRouting, .preRoutingPassed, .rewritten, .localIn, .localInMarked, .localInPassed, .delivered,
            .localRequest, .localRequestPassed, .localRequestSent, .localRequestLeft:
            .entering
        case .localOut, .localOutPassed, .postRouting: .leaving
        case .answerIn, .answerInPassed, .answerDelivered, .forward, .forwardPassed, .answerOut, .answerOutPassed,
            .answerLeaving, .answerLeft:
            .answering
        }
    }

    /// The hook whose functions are called here.
    package var hook: NetfilterHook {
        switch self {
        case .arrived, .preRouting, .preRoutingPassed, .rewritten, .answerIn, .answerInPassed: .preRouting
        case .localIn, .localInMarked, .localInPassed, .delivered, .answerDelivered: .localIn
        case .forward, .forwardPassed: .forward
        case .localOut, .answerOut, .answerOutPassed, .localRequest, .localRequestPassed, .localRequestSent: .localOut
        case .localOutPassed, .postRouting, .answerLeaving, .answerLeft, .localRequestLeft: .postRouting
        }
    }

    /// `enum nf_ip_hook_priorities` (linux/netfilter_ipv4.h).
    package var priority: Int32 {
        switch self {
        case .arrived: -399
        case .preRouting, .answerIn, .localOut, .answerOut, .localRequest, .localRequestSent: -199
        case .localRequestPassed: -101
        case .localInMarked: -149
        case .localInPassed, .forwardPassed: 98
        // Of functions with one priority the kernel calls first what was registered last (`nf_hook_entries_grow`, net/netfilter/core.c).
        case .localIn, .answerDelivered, .forward, .localOutPassed, .answerLeaving: .min
        case .answerLeft: 99
        case .preRoutingPassed, .rewritten, .answerInPassed, .answerOutPassed, .delivered, .postRouting,
            .localRequestLeft:
            Self.last
        }
    }

    /// Before the last, which is conntrack's confirmation.
    private static let last = Int32.max - 1

    /// Packets of fwmark services have their mark after mangle (-150), if it is set at PRE_ROUTING.
    static let priorityOfMarks: Int32 = -101
}

extension ObservationPoint {
    /// The part of a hook that lies behind a point.
    package struct Stretch: Hashable, Sendable {
        package var hook: NetfilterHook
        package var part: Part

        package enum Part: Hashable, Sendable {
            /// Conntrack itself is still to come.
            case beforeConntrack
            case rules
            /// None of the usual tables are left.
            case end
        }
    }

    /// Points of different sides may be followed by the same rules.
    package var stretch: Stretch {
        let part: Stretch.Part =
            switch self {
            case .arrived: .beforeConntrack
            case .preRouting, .localIn, .localInMarked, .answerIn, .answerDelivered, .forward, .answerOut,
                .answerLeaving, .localOut, .localOutPassed, .localRequest, .localRequestPassed, .localRequestSent:
                .rules
            case .preRoutingPassed, .rewritten, .localInPassed, .delivered, .answerInPassed, .forwardPassed,
                .answerOutPassed, .answerLeft, .postRouting, .localRequestLeft:
                .end
            }
        return Stretch(hook: hook, part: part)
    }

    /// Whether traces can begin here: where packets of its side are first seen.
    var beginsTraces: Bool {
        [.arrived, .preRouting, .localInMarked, .answerIn, .answerOut, .localOut, .localRequest].contains(self)
    }

    /// Whether packets of the director's own clients are counted, by the route that they have there: to this host itself, or away. Nil for
    /// packets of others.
    var requestsToSelf: Bool? {
        switch self {
        case .localRequest, .localRequestPassed: true
        case .localRequestSent, .localRequestLeft: false
        default: nil
        }
    }

    /// Whether INVALID packets are traced from the start: what IPVS sends is INVALID only where something is odd.
    var tracesInvalid: Bool { beginsTraces && self != .arrived && self != .localOut }

    /// Whether samples are taken: where a packet is first seen with its ctstate.
    var isSampled: Bool { self == .preRouting || self == .forward }

    /// Whether conntrack has told what a packet is.
    var hasState: Bool { self != .arrived }

    /// Whether packets are counted by their address: all but those of marks.
    var countsAddresses: Bool { self != .localInMarked }

    /// Whether packets of fwmark services are counted: answers do not carry the mark, and no rule has set it before conntrack.
    var countsMarks: Bool {
        side != .answering && self != .arrived && self != .rewritten && requestsToSelf == nil
    }

    /// Whether packets are counted by port. Of what NAT has rewritten only the tuple of the entry tells it, and nft(8) does not load a listing that
    /// has `ct original proto-dst` in a concatenation (an error of 1.0.6: `variable sized data types`).
    var countsPorts: Bool { self != .rewritten }

    /// Whether ICMP errors are counted: those about a rewritten connection quote an address that may be rewritten, too.
    var countsErrors: Bool { self != .rewritten }

    private static let prefixOfUncounted = "uncounted_"

    /// The counter of packets that no set could count.
    var counterOfUncounted: String { Self.prefixOfUncounted + name }

    /// The point of such a counter; nil for other names.
    init?(counterOfUncounted name: String) {
        guard name.hasPrefix(Self.prefixOfUncounted) else { return nil }
        self.init(rawValue: String(name.dropFirst(Self.prefixOfUncounted.count)))
    }

    private static let suffixOfMarks = "_marks"

    /// The base chain that counts packets by their mark.
    var chainOfMarks: String { countsAddresses ? name + Self.suffixOfMarks : name }

    /// The point whose base chain this is; nil for other chains.
    init?(baseChain name: String) {
        self.init(
            rawValue: name.hasSuffix(Self.suffixOfMarks) ? String(name.dropLast(Self.suffixOfMarks.count)) : name)
    }
}
