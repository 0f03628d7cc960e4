import Addresses
import CNetlink
import Conntrack
import Firewall
import Inspection
import Netlink

/// Our own table in the sandbox: it has each packet traced, tells its ctstate, and takes it where IPVS would.
///
/// The names of its chains are what a trace tells us, as `inet ct-inspect-sandbox taken-in`.
struct WatchTable {
    static let name = "ct-inspect-sandbox"

    /// Before all others, where packets are not tracked yet: each packet begins here, from outside or from the director itself.
    private static let (arrived, sent) = ("arrived", "sent")
    /// Behind all others: where a packet leaves the director, or goes to its own sockets.
    private static let (left, kept) = ("left", "kept")

    /// Before IPVS takes packets at LOCAL_IN and FORWARD: before `NF_IP_PRI_NAT_SRC` (ip_vs_ops4, net/netfilter/ipvs/ip_vs_core.c).
    private static let priorityOfIPVS: Int32 = 98
    /// Just after conntrack, `NF_IP_PRI_CONNTRACK`; after IPVS has seen what the director sends, at `NF_IP_PRI_NAT_DST` + 2 (ip_vs_ops4);
    /// and after it has seen what is forwarded.
    private static let statePlaces: [(hook: NetfilterHook, priority: Int32)] = [
        (.preRouting, -199), (.localOut, -199), (.localOut, -97), (.postRouting, .min),
    ]

    private var writer = TableWriter(.inet, name)

    /// - Parameters:
    ///   - keepsEntries: whether the entries of packets that IPVS takes are confirmed (`net.ipv4.vs.conntrack=1`). If not, and there is
    ///     no IPVS, taking a packet is dropping it, which forgets its entry as `ip_vs_notrack` does.
    ///   - picksUp: `nf_conntrack_tcp_loose`.
    ///   - clients: nil without IPVS; else it takes packets just after, and nothing but our own sockets sends anything to these addresses.
    init(keepsEntries: Bool, picksUp: Bool, servedBy clients: [IPAddress]?) {
        writer.baseChain(Self.arrived, at: .preRouting, priority: .min)
        writer.rule(in: Self.arrived, .trace)
        // What only says that others have been handled meets none of the director's rules, and is in none of their counters.
        writer.rule(in: Self.arrived, .equal(.transportProtocol, [ProbeReader.barrierProtocol]), .verdict(.drop))
        addSending(without: clients == nil && !keepsEntries, picksUp: picksUp)
        for (place, state) in Self.statePlaces.indices.flatMap({ place in CTState.named.map { (place, $0) } }) {
            let chain = Self.chain(of: state, place)
            writer.baseChain(chain, at: Self.statePlaces[place].hook, priority: Self.statePlaces[place].priority)
            writer.rule(in: chain, .ctState(state))
        }
        for hook in [NetfilterHook.localIn, .forward] {
            let chain = Self.chain(at: hook)
            writer.baseChain(chain, at: hook, priority: Self.priorityOfIPVS)
            writer.rule(in: chain, .verdict(keepsEntries || clients != nil ? .continue : .drop))
        }
        writer.baseChain(Self.left, at: .postRouting, priority: .max)
        writer.rule(in: Self.left, .verdict(.continue))
        if let clients {
            writer.baseChain(Self.kept, at: .localIn, priority: .max)
            writer.rule(in: Self.kept, .verdict(.continue))
            for client in clients {
                writer.rule(
                    in: Self.sent, .equal(.destination(client.family), client.networkBytes), .verdict(.drop))
            }
        } else {
            writer.rule(in: Self.sent, .verdict(.drop))
            // What is forwarded nevertheless stays here.
            writer.baseChain("stay", at: .forward, priority: .max)
            writer.rule(in: "stay", .verdict(.drop))
        }
    }

    /// What our sockets send is traced. Nothing else answers: neither the host's own TCP, which would end connections and has no socket of
    /// a user, nor a rule that rejects.
    ///
    /// - Parameter isUntracking: whether what IPVS would do is done to the packets that conntrack knows: it untracks them before the filter
    ///   sees them (`handle_response`, net/netfilter/ipvs/ip_vs_core.c). Others stay INVALID.
    private mutating func addSending(without isUntracking: Bool, picksUp: Bool) {
        let isOwn = RuleStatement.range(.socketUser, 0...UInt32.max)
        writer.baseChain(Self.sent, at: .localOut, priority: .min)
        writer.rule(in: Self.sent, isOwn, .trace)
        // No answers of a service, so IPVS does nothing to them.
        writer.rule(
            in: Self.sent, isOwn, .equal(.destination(.ipv4), [0xE0, 0, 0, 0], mask: [0xF0, 0, 0, 0]), .verdict(.accept)
        )
        let groups: [UInt8] = [0xFF] + [UInt8](repeating: 0, count: 15)
        writer.rule(in: Self.sent, isOwn, .equal(.destination(.ipv6), groups, mask: groups), .verdict(.accept))
        if isUntracking {
            writer.rule(in: Self.sent, isOwn, .equal(.transportProtocol, [IPProtocol.udp.rawValue]), .notrack)
            // Valid without an entry: HEARTBEAT, HEARTBEAT ACK and SHUTDOWN ACK (`sctp_new`, nf_conntrack_proto_sctp.c).
            for chunk in [SCTPChunk.heartbeat, .heartbeatAck, .shutdownAck] {
                writer.rule(in: Self.sent, isOwn, .equal(.sctpChunk, [chunk.rawValue]), .notrack)
            }
            let (mask, ack): (TCPFlags, TCPFlags) = ([.syn, .ack, .fin, .rst], .ack)
            if picksUp {
                writer.rule(
                    in: Self.sent, isOwn, .equal(.tcpFlags, [ack.rawValue], mask: [mask.rawValue]), .notrack)
            }
        }
        writer.rule(in: Self.sent, isOwn, .verdict(.accept))
    }

    /// In the namespace of the calling thread.
    func make() throws(KernelError) {
        let purpose = "watch packets in the sandbox"
        try TransactionSocket(NFNL_SUBSYS_NFTABLES, for: purpose).sendAll(writer.messages, for: purpose)
    }

    private static func chain(of state: CTState, _ place: Int) -> String { "state-\(place)-\(state.name.lowercased())" }

    private static func chain(at hook: NetfilterHook) -> String { hook == .localIn ? "taken-in" : "taken-forward" }

    enum Sign: Equatable {
        /// The packet begins: it has come in, or one of our sockets has sent it.
        case begun(isSent: Bool)
        case state(CTState)
        case taken(NetfilterHook)
        case left
        case kept
        case nothing
    }

    /// What an event of ours says; nil for another table's.
    static func sign(of event: TraceEvent) -> Sign? {
        guard event.table == name, event.family == .inet else { return nil }
        guard event.kind == .rule, event.handle != nil else { return .nothing }
        switch event.chain {
        case arrived: return .begun(isSent: false)
        case sent: return .begun(isSent: true)
        case left: return .left
        case kept: return .kept
        default: break
        }
        for hook in [NetfilterHook.localIn, .forward] where event.chain == chain(at: hook) { return .taken(hook) }
        let state = CTState.named.first { state in
            statePlaces.indices.contains { event.chain == chain(of: state, $0) }
        }
        return state.map { .state($0) } ?? .nothing
    }
}
