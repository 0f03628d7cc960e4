import Conntrack
import IPVS

/// Why a connection is stuck: it has ended, or is ending, and one of the tables has it as ESTABLISHED.
///
/// The raw values are those of records.
package enum StuckReason: String, Sendable {
    /// A FIN or RST of it was seen to be dropped, and IPVS or conntrack has it as ESTABLISHED since.
    case endDropped = "end_dropped"
    /// For conntrack it is closing or closed; for IPVS, which sees both directions, it is ESTABLISHED.
    case unseenByIPVS = "unseen_by_ipvs"
    /// For IPVS it is closing or closed; for conntrack it is ESTABLISHED.
    case unseenByConntrack = "unseen_by_conntrack"
}

/// What a state of IPVS means for whether a connection is stuck.
enum IPVSStateKind: Sendable {
    case established, ending, other

    /// Names are those of `tcp_state_name` (net/netfilter/ipvs/ip_vs_proto_tcp.c).
    init(_ state: ConnectionState) {
        switch state {
        case "ESTABLISHED": self = .established
        case "FIN_WAIT", "TIME_WAIT", "CLOSE", "CLOSE_WAIT", "LAST_ACK": self = .ending
        default: self = .other
        }
    }
}

/// Judges which connections are stuck, by what the tables and traced packets show.
struct StuckJudge: Sendable {
    /// By number of IPVS's states.
    let kinds: [IPVSStateKind]
    /// Of the reading.
    let second: UInt32

    /// Of the two tables one is read later: what they disagree about may have come in between, unless it is still so some readings later.
    private static let steadyFor: UInt32 = 2

    /// - Parameter isTwoWay: whether IPVS sees the real server's packets, too. Where it does not, conntrack may see a FIN of the server's, and
    /// even LAST_ACK or TIME_WAIT may follow from one that was sent twice (`tcp_conntracks`, net/netfilter/nf_conntrack_proto_tcp.c).
    @inline(__always)
    func reason(of row: FlowRow, isTwoWay: Bool) -> StuckReason? {
        // Most flows of DR have neither.
        if row.entryState == .none, !row.traits.contains(.isEndDropped) { return nil }
        return reason(ofSuspect: row, isTwoWay)
    }

    @inline(__always)
    private func reason(ofSuspect row: FlowRow, _ isTwoWay: Bool) -> StuckReason? {
        guard !row.isOrphan, !row.isPending, kinds.indices.contains(Int(row.state)) else { return nil }
        let kind = kinds[Int(row.state)]
        if row.traits.contains(.isRecorded) { return recordedReason(of: row, kind) }
        if row.traits.contains(.isEndDropped), kind == .established || row.entryState == .established {
            return .endDropped
        }
        // What another director told of it may be old.
        guard row.hasEntry, !row.isDoubtful, !row.traits.contains(.isSynchronized),
            second &- row.changed >= Self.steadyFor
        else { return nil }
        if isTwoWay, kind == .established, row.entryState.isClosing { return .unseenByIPVS }
        return kind == .ending && row.entryState == .established ? .unseenByConntrack : nil
    }

    /// A record says whether it is; its states are those that made it so.
    private func recordedReason(of row: FlowRow, _ kind: IPVSStateKind) -> StuckReason? {
        guard row.traits.contains(.isRecordedAsStuck) else { return nil }
        if row.traits.contains(.isEndDropped) { return .endDropped }
        return kind == .established ? .unseenByIPVS : .unseenByConntrack
    }
}

extension FlowStore {
    var stuckJudge: StuckJudge { StuckJudge(kinds: stateKinds, second: second) }

    /// Nil for one that is not stuck, as far as is known.
    package func stuckReason(of row: FlowRow) -> StuckReason? {
        stuckJudge.reason(of: row, isTwoWay: routes[Int(row.route)].isTwoWay)
    }
}

extension Route {
    /// Whether IPVS sees answers, and follows the connection by them: it translates them.
    var isTwoWay: Bool { path == .nat }
}

extension PackedState {
    static let established = PackedState(.tcp(.init(state: TrackedTCP.State.established.rawValue)))
    private static let closing = TrackedTCP.State.allCases.filter(\.isClosing).map {
        PackedState(.tcp(.init(state: $0.rawValue)))
    }

    fileprivate var isClosing: Bool { Self.closing.contains(self) }
}
