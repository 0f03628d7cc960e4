import Conntrack
import IPVS

/// How many flows there are of each route and kind. Both are packed into one number, the cell: hashing a kind for each of a million rows
/// would take too long.
struct FlowCells: Sendable {
    /// By cell while there are few routes, as most directors have.
    private var few: [Int]
    private var many: [Int: Int] = [:]
    /// By route: those that both IPVS and conntrack keep until no packet has come for long, in the states ESTABLISHED, or without states.
    private(set) var lasting: [Int]
    /// By route: those that are stuck.
    private(set) var stuck: [Int]
    private let judge: StuckJudge
    private let areTwoWay: [Bool]
    /// Those of them whose entry lives by another timeout than that of the settings.
    private(set) var otherwiseLasting: [Int]
    /// The numbers of IPVS's states SYN_RECV and ESTABLISHED in the store.
    private let halfOpen: Int?
    private let established: Int?
    // Copied: of a static constant it is asked each time whether it exists yet.
    private let synSent = PackedState.synSent
    private let establishedEntry = PackedState.established
    private let stateless = PackedState.stateless

    private static let mostRoutes = 2048

    init(_ store: FlowStore) {
        few = Array(repeating: 0, count: min(store.routes.count, Self.mostRoutes) << Cell.bits)
        lasting = Array(repeating: 0, count: store.routes.count)
        stuck = lasting
        judge = store.stuckJudge
        areTwoWay = store.routes.map(\.isTwoWay)
        otherwiseLasting = lasting
        // As named by `tcp_state_name` (net/netfilter/ipvs/ip_vs_proto_tcp.c).
        halfOpen = store.states.firstIndex(of: "SYN_RECV")
        established = store.states.firstIndex(of: "ESTABLISHED")
    }

    /// What findings distinguish.
    struct Cell {
        static let bits = 10

        let number: Int

        var route: Int { number >> Self.bits }
        var verdict: FlowVerdict { FlowVerdict.byPosition[number >> 7 & 7] }
        var isSynSent: Bool { number & 1 != 0 }
        var isHalfOpen: Bool { number & 2 != 0 }
        // Without an entry the one, with an entry the other.
        var isExpected: Bool { number & 4 != 0 && !hasEntry }
        var isUntranslated: Bool { number & 4 != 0 && hasEntry }
        var nfct: Bool? { number & 8 != 0 ? number & 16 != 0 : nil }
        var isSynchronized: Bool { number & 32 != 0 }
        var isWaiting: Bool { number & 64 != 0 }

        private var hasEntry: Bool { [.unreplied, .tracked, .orphan].contains(verdict) }
    }

    @inline(__always)
    mutating func count(_ row: FlowRow) {
        var cell = Int(row.route) << Cell.bits | row.verdict.position << 7
        if row.entryState == synSent { cell |= 1 }
        if Int(row.state) == halfOpen, !row.isOrphan {
            cell |= 2
            if row.entryState == synSent, row.hasWaited { cell |= 64 }
        }
        if row.isExpected || row.isUntranslated { cell |= 4 }
        if let nfct = row.nfct { cell |= nfct ? 24 : 8 }
        if row.traits.contains(.isSynchronized) { cell |= 32 }
        // Most flows of DR have neither.
        if row.hasEntry || row.traits.contains(.isEndDropped) { countLastingAndStuck(row) }
        if cell < few.count { few[cell] += 1 } else { many[cell, default: 0] += 1 }
    }

    @inline(__always)
    private mutating func countLastingAndStuck(_ row: FlowRow) {
        let route = Int(row.route)
        guard lasting.indices.contains(route) else { return }
        if !row.isOrphan,
            row.entryState == stateless || row.entryState == establishedEntry && Int(row.state) == established
        {
            lasting[route] += 1
            if row.traits.contains(.hasOwnTimeout) { otherwiseLasting[route] += 1 }
        }
        if judge.reason(of: row, isTwoWay: areTwoWay[route]) != nil { stuck[route] += 1 }
    }

    var all: [(cell: Cell, count: Int)] {
        few.indices.lazy.filter { few[$0] > 0 }.map { (Cell(number: $0), few[$0]) }
            + many.map { (Cell(number: $0.key), $0.value) }
    }
}

extension FlowRow {
    /// Of a half-open connection: its SYN was sent again, or a second has passed since the last one. IPVS keeps it for 60 s, under secure_tcp
    /// for 10 s, after each (`tcp_timeouts` and `tcp_states_dos`, net/netfilter/ipvs/ip_vs_proto_tcp.c).
    fileprivate var hasWaited: Bool { packets.map { $0 > 1 } ?? !(expires >= 58 || expires >= 8 && expires <= 10) }
}

extension PackedState {
    fileprivate static let synSent = PackedState(.tcp(.init(state: TrackedTCP.State.synSent.rawValue)))
}
