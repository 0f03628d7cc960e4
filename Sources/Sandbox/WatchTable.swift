import CNetlink
import Conntrack
import Firewall
import Netlink

/// Our own table in the sandbox: it has each packet traced, tells its ctstate, and takes it where IPVS would.
///
/// The names of its chains are what a trace tells us, as `inet ct-inspect-sandbox taken-in`.
struct WatchTable {
    static let name = "ct-inspect-sandbox"

    /// Before all others, where packets are not tracked yet: each packet begins here.
    private static let arrived = "arrived"
    private static let silence = "silence"

    /// As IPVS at LOCAL_IN and FORWARD: before `NF_IP_PRI_NAT_SRC` (ip_vs_ops4, net/netfilter/ipvs/ip_vs_core.c).
    private static let priorityOfIPVS: Int32 = 98
    /// Just after conntrack, `NF_IP_PRI_CONNTRACK`.
    private static let priorityOfStates: Int32 = -199

    private var writer = TableWriter(.inet, name)

    /// - Parameter keepsEntries: whether the entries of packets that IPVS takes are confirmed (`net.ipv4.vs.conntrack=1`). If not, and there is
    ///   no IPVS, taking a packet is dropping it, which forgets its entry as `ip_vs_notrack` does.
    /// - Parameter hasIPVS: whether IPVS takes them, just after. What it does not take, the director's own TCP answers.
    init(keepsEntries: Bool, hasIPVS: Bool) {
        writer.baseChain(Self.arrived, at: .preRouting, priority: .min)
        writer.rule(in: Self.arrived, .trace)
        // What only says that others have been handled meets none of the director's rules, and is in none of their counters.
        writer.rule(in: Self.arrived, .equal(.transportProtocol, [ProbeReader.barrierProtocol]), .verdict(.drop))
        for state in CTState.named {
            let chain = Self.chain(of: state)
            writer.baseChain(chain, at: .preRouting, priority: Self.priorityOfStates)
            writer.rule(in: chain, .ctState(state))
        }
        for hook in [NetfilterHook.localIn, .forward] {
            let chain = Self.chain(at: hook)
            writer.baseChain(chain, at: hook, priority: Self.priorityOfIPVS)
            writer.rule(in: chain, .verdict(keepsEntries || hasIPVS ? .continue : .drop))
        }
        // Else nothing answers: neither the host's own TCP, which would end connections, nor a rule that rejects. What IPVS sends passes here.
        if !hasIPVS {
            writer.baseChain(Self.silence, at: .localOut, priority: .min)
            writer.rule(in: Self.silence, .verdict(.drop))
        }
        // What is forwarded nevertheless stays here.
        writer.baseChain("stay", at: .forward, priority: .max)
        writer.rule(in: "stay", .verdict(.drop))
    }

    /// In the namespace of the calling thread.
    func make() throws(KernelError) {
        let purpose = "watch packets in the sandbox"
        try TransactionSocket(NFNL_SUBSYS_NFTABLES, for: purpose).sendAll(writer.messages, for: purpose)
    }

    private static func chain(of state: CTState) -> String { "state-\(state.name.lowercased())" }

    private static func chain(at hook: NetfilterHook) -> String { hook == .localIn ? "taken-in" : "taken-forward" }

    enum Sign: Equatable {
        case arrived
        case state(CTState)
        case taken(NetfilterHook)
        case nothing
    }

    /// What an event of ours says; nil for another table's.
    static func sign(of event: TraceEvent) -> Sign? {
        guard event.table == name, event.family == .inet else { return nil }
        guard event.kind == .rule, event.handle != nil else { return .nothing }
        if event.chain == arrived { return .arrived }
        for hook in [NetfilterHook.localIn, .forward] where event.chain == chain(at: hook) { return .taken(hook) }
        return CTState.named.first { event.chain == chain(of: $0) }.map { .state($0) } ?? .nothing
    }
}
