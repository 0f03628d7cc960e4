import Conntrack
import Firewall
import IPVS

/// Moves a packet from hook to hook, and records what happens to it.
struct Walker {
    private(set) var walk: PacketWalk
    /// For a TCP segment: IPVS's connection before and after it.
    private(set) var connection: (before: ConnectionStateMachine, after: ConnectionStateMachine.State)?
    /// The entry attached to the packet, until it enters the table.
    private var fresh: TrackedEntry?
    private var ctstate: CTState

    private var question: WalkQuestion { walk.question }
    private var tracker: ConntrackModel { ConntrackModel(question.conditions) }
    private var hasEntry: Bool { ctstate != .invalid && ctstate != .untracked }

    init(_ question: WalkQuestion) {
        let judgement = ConntrackModel(question.conditions).outcome(
            of: question.packet, with: question.flawsSeenFirst, entry: question.entry, question.direction)
        walk = PacketWalk(question: question, judgement: judgement)
        fresh = judgement.freshEntry
        ctstate = judgement.ctstate
    }

    // MARK: - Paths

    mutating func toTheVIP() {
        judge(.preRouting)
        filter(.localIn)
        guard question.isBalanced else { return endHere() }
        add(
            .localIn, WalkStep.Priority.ipvsRepliesIn, .ipvs, "finds no reply to translate",
            "the packet is from a client, not from a real server", .ipvs("ip_vs_core", "ip_vs_out_hook"))
        let decision = SchedulingDecision(question, isTracked: hasEntry && fresh == nil)
        walk.decision = decision
        switch decision {
        case .continues, .opens, .reopens: schedule(decision)
        case .drops, .dropsOnce, .rejects: return refuse(decision)
        case .leavesToHost: return leaveToHost()
        }
        switch question.method {
        case .tun: sendWrapped()
        case .local: passToSocket()
        default: sendOn()
        }
    }

    /// A reply of a real server, which a director sees with NAT, or if it is the real server's gateway.
    mutating func backFromTheRealServer() {
        judge(.preRouting)
        filter(.forward)
        if question.method == .nat, question.isBalanced {
            translate(.forward, WalkStep.Priority.ipvsRepliesForwarded)
        } else {
            add(
                .forward, WalkStep.Priority.ipvsRepliesForwarded, .ipvs, "does not match it",
                "with \(question.method) the real server answers the client directly, and connections have no such replies",
                .ipvs("ip_vs_core", "ip_vs_out_hook"))
        }
        leave()
    }

    /// A reply of the director's own socket (method local).
    mutating func backFromThisHost() {
        judge(.localOut)
        if question.isBalanced { translate(.localOut, WalkStep.Priority.ipvsRepliesOut) }
        filter(.localOut)
        leave()
    }

    // MARK: - Steps

    private mutating func judge(_ hook: NetfilterHook) {
        let judgement = walk.judgement
        add(
            hook, WalkStep.Priority.conntrack, .conntrack, judgement.deed, judgement.reason,
            judgement.place)
    }

    private mutating func filter(_ hook: NetfilterHook) {
        let what =
            switch ctstate {
            case .invalid: "drops it where INVALID is dropped"
            case .untracked: "passes it unless a rule drops it"
            default: "passes it if \(ctstate) may pass"
            }
        add(
            hook, WalkStep.Priority.filter, .filter, what,
            "rules match the ctstate attached to the packet, not the table",
            KernelPlace("net/netfilter/nft_ct.c", "nft_ct_get_eval"))
    }

    /// IPVS finds the connection of a request, or creates one.
    private mutating func schedule(_ decision: SchedulingDecision) {
        guard case .tcp(let flags) = question.packet, var before = ConnectionStateMachine(before: question) else {
            return add(.localIn, WalkStep.Priority.ipvsRequests, .ipvs, .taking(question, decision))
        }
        if case .reopens = decision {
            add(.localIn, WalkStep.Priority.ipvsRequests, .ipvs, .verdict(decision, question))
            before.state = .none
        }
        note(flags, before, .localIn, WalkStep.Priority.ipvsRequests)
    }

    /// IPVS drops it.
    private mutating func refuse(_ decision: SchedulingDecision) {
        add(.localIn, WalkStep.Priority.ipvsRequests, .ipvs, .verdict(decision, question))
        fresh = nil
    }

    /// Not for IPVS: to the director's own stack.
    private mutating func leaveToHost() {
        add(.localIn, WalkStep.Priority.ipvsRequests, .ipvs, .verdict(.leavesToHost, question))
        confirm(.localIn)
    }

    private mutating func note(
        _ flags: TCPFlags, _ before: ConnectionStateMachine, _ hook: NetfilterHook, _ priority: Int32
    ) {
        let after = before.after(flags, question.direction)
        connection = (before, after)
        let what =
            switch (before.state, after) {
            case (.none, _): "opens a connection: \(after.name)"
            case (let old, let new) where old == new: "connection stays \(new.name)"
            default: "connection: \(before.state.name) to \(after.name)"
            }
        add(
            hook, priority, .ipvs, what, "IPVS has its own states, independent of the ctstate",
            .ipvs("ip_vs_proto_tcp", "set_tcp_state"))
    }

    /// DR, bypass and NAT: through LOCAL_OUT and POST_ROUTING.
    private mutating func sendOn() {
        let isNAT = question.method == .nat
        untrack(
            .localIn, WalkStep.Priority.ipvsRequests,
            isNAT ? "rewrites it" : "forwards it",
            .ipvs("ip_vs_xmit", isNAT ? "ip_vs_nat_send_or_cont" : "ip_vs_send_or_cont"))
        skipConfirm()
        lookAgain(afterTranslation: isNAT)
        filter(.localOut)
        leave()
    }

    /// TUN: the packet loses its entry inside another one, which conntrack sees as the director's own.
    private mutating func sendWrapped() {
        let place = KernelPlace.ipvs("ip_vs_xmit", "ip_vs_tunnel_xmit_prepare")
        if question.conditions.ipvsConntrack, fresh != nil {
            enter()
            add(
                .localIn, WalkStep.Priority.ipvsRequests, .ipvs, "confirms its entry, encapsulates it",
                "\(Sysctls.ipvsConntrack)=1: the entry is confirmed before the packet loses it", place)
        } else {
            add(
                .localIn, WalkStep.Priority.ipvsRequests, .ipvs, "encapsulates it",
                hasEntry ? "the packet inside loses its entry" : "no entry is attached to it", place)
        }
        skipConfirm()
        ctstate = .new
        add(
            .localOut, WalkStep.Priority.conntrack, .conntrack, "sees the outer packet",
            "nothing comes back through the tunnel, so this stays NEW",
            .core("generic_packet"))
        filter(.localOut)
        add(
            .postRouting, WalkStep.Priority.confirm, .conntrack, "inserts the tunnel's entry",
            "all tunnel packets share one entry, whatever they carry", .confirm)
        walk.leavesAs = ctstate
    }

    /// LOCAL: to the socket.
    private mutating func passToSocket() {
        untrack(
            .localIn, WalkStep.Priority.ipvsRequests, "passes it on", .ipvs("ip_vs_xmit", "ip_vs_send_or_cont"))
        confirm(.localIn)
    }

    /// Not for IPVS: to the socket, or to the kernel itself.
    private mutating func endHere() {
        add(
            .localIn, WalkStep.Priority.ipvsRequests, .ipvs, "does not take it",
            "IPVS balances TCP, UDP, SCTP and errors about these; the director itself answers",
            .ipvs("ip_vs_core", "ip_vs_in_hook"))
        confirm(.localIn)
    }

    private mutating func untrack(
        _ hook: NetfilterHook, _ priority: Int32, _ deed: String, _ place: KernelPlace
    ) {
        let name = Sysctls.ipvsConntrack
        if question.conditions.ipvsConntrack {
            let reason = hasEntry ? "\(name)=1 leaves the entry attached" : "nothing is attached to the packet"
            return add(hook, priority, .ipvs, deed, reason, place)
        }
        guard hasEntry else {
            let reason = "\(name)=0, but ip_vs_notrack finds nothing attached"
            return add(hook, priority, .ipvs, deed, reason, place)
        }
        (ctstate, fresh) = (.untracked, nil)
        add(
            hook, priority, .ipvs, "untracks it, \(deed)", "\(name)=0: ip_vs_notrack detaches the entry",
            place)
    }

    /// A reply whose source becomes the VIP.
    private mutating func translate(_ hook: NetfilterHook, _ priority: Int32) {
        if case .tcp(let flags) = question.packet, let before = ConnectionStateMachine(before: question) {
            note(flags, before, hook, priority)
        }
        untrack(
            hook, priority, question.method == .nat ? "source becomes the VIP" : "passes it on",
            .ipvs("ip_vs_core", "handle_response"))
    }

    private mutating func skipConfirm() {
        add(
            .localIn, WalkStep.Priority.confirm, .conntrack, "is not reached",
            "IPVS has taken over the packet (NF_STOLEN)",
            .confirm)
    }

    private mutating func lookAgain(afterTranslation isTranslated: Bool) {
        guard ctstate == .invalid else {
            return add(
                .localOut, WalkStep.Priority.conntrack, .conntrack, "ignores it",
                ctstate == .untracked ? "the packet is marked as untracked" : "the packet already has its entry",
                .core("nf_conntrack_in"))
        }
        let again = tracker.outcome(
            of: question.packet, with: question.flaws.subtracting([.checksum]),
            entry: isTranslated ? nil : question.entry, question.direction)
        (ctstate, fresh) = (again.ctstate, again.freshEntry)
        add(
            .localOut, WalkStep.Priority.conntrack, .conntrack, "looks again: \(again.ctstate)", again.reason,
            again.place)
    }

    private mutating func leave() {
        confirm(.postRouting)
        walk.leavesAs = ctstate
    }

    private mutating func confirm(_ hook: NetfilterHook) {
        guard fresh != nil else {
            let reason =
                hasEntry ? "its entry is in the table, or was removed from it" : "no entry is attached to the packet"
            return add(hook, WalkStep.Priority.confirm, .conntrack, "has nothing to confirm", reason, .confirm)
        }
        enter()
        add(
            hook, WalkStep.Priority.confirm, .conntrack, "inserts its entry into the table",
            "the packet has passed with a fresh entry", .confirm)
    }

    private mutating func enter() {
        walk.entered = fresh
        fresh = nil
    }

    private mutating func add(
        _ hook: NetfilterHook, _ priority: Int32, _ who: WalkStep.Party, _ deed: SchedulingDeed
    ) {
        add(hook, priority, who, deed.what, deed.reason, deed.place)
    }

    private mutating func add(
        _ hook: NetfilterHook, _ priority: Int32, _ who: WalkStep.Party, _ what: String, _ reason: String,
        _ place: KernelPlace
    ) {
        walk.steps.append(
            WalkStep(
                hook: hook, priority: priority, who: who, what: what, reason: reason, place: place, ctstate: ctstate))
    }
}

extension KernelPlace {
    fileprivate static let confirm = KernelPlace.core("__nf_conntrack_confirm")
}

extension TrackingOutcome {
    fileprivate var freshEntry: TrackedEntry? { fate == .fresh || fate == .recreated ? entry : nil }

    /// What conntrack does with the entry, in a few words.
    fileprivate var deed: String {
        switch fate {
        case .none: "creates no entry"
        case .fresh: "attaches a fresh entry"
        case .untouched: "leaves the entry alone"
        case .kept: "finds its entry"
        case .updated: "updates its entry"
        case .destroyed: "destroys its entry"
        case .recreated: "replaces its entry with a fresh one"
        }
    }
}
