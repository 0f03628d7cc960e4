import Addresses
import Conntrack
import IPVS

/// The number of flows of each kind: all that findings about flows need, however the flows are stored.
package struct FlowTally: Equatable, Sendable {
    /// What findings distinguish.
    package struct Kind: Hashable, Sendable {
        /// Nil if no service, or more than one, matches the flow.
        package var service: Service.Identity?
        package var `protocol`: IPProtocol
        /// Nil if unknown: for an orphan, or a connection whose destination is no longer in the service. No finding claims anything about
        /// the answers of such a flow.
        package var method: ForwardingMethod?
        package var verdict: FlowVerdict
        /// The entry is in the TCP state SYN_SENT: it has seen no SYN+ACK.
        package var isSynSent = false
        /// IPVS's state is SYN_RECV: it has seen no ACK.
        package var isHalfOpen = false
        /// IPVS waits for the first packet, and there is no entry.
        package var isExpected = false
        /// Whether the connection has `IP_VS_CONN_F_NFCT`; nil if not known.
        package var nfct: Bool?
        /// Whether the connection was learned from another director, as far as is known.
        package var isSynchronized = false
        /// An orphan of a service that schedules each packet separately.
        package var isOnePacket = false

        package init(
            _ service: Service.Identity?, _ protocol: IPProtocol, _ method: ForwardingMethod?, _ verdict: FlowVerdict
        ) {
            self.service = service
            self.protocol = `protocol`
            self.method = method
            self.verdict = verdict
        }
    }

    /// The basis for `never`: for how long every NEW event was seen, and how many there were.
    package struct Proof: Equatable, Sendable {
        package var seconds: UInt64
        package var events: Int

        package init(seconds: UInt64, events: Int) {
            self.seconds = seconds
            self.events = events
        }
    }

    package private(set) var counts: [Kind: Int] = [:]
    /// The total number of connections, if a filter selected some by service or client.
    package var chosenFrom: Int?
    /// The verdicts that a filter asked for; empty for all. Flows with other verdicts are counted anyway.
    package var asked: Set<FlowVerdict> = []
    /// Nil without a watch, or if it lost events.
    package var proof: Proof?

    /// No flows.
    package init() {}

    package mutating func add(_ kind: Kind, _ count: Int = 1) {
        if count > 0 { counts[kind, default: 0] += count }
    }

    /// How many there are of the matching kinds.
    package func count(_ isMeant: (Kind) -> Bool = { _ in true }) -> Int {
        counts.reduce(0) { isMeant($1.key) ? $0 + $1.value : $0 }
    }

    package var connections: Int { count { $0.verdict != .orphan } }
}

extension FlowTally {
    /// Counts the flows that a report selects by service and client, regardless of the verdicts it lists.
    package init(_ report: FlowReport) {
        var filter = report.filter
        filter.verdicts = []
        self.init(report.flows.store, filter)
        asked = report.filter.verdicts
        chosenFrom = report.chosenFrom
        proof = report.proof.map { Proof(seconds: $0.seconds, events: $0.events) }
    }

    /// Counts flows in one pass over the rows of the store.
    package init(_ store: FlowStore, _ filter: FlowFilter = FlowFilter()) {
        self.init()
        proof = store.evidence.map { Proof(seconds: UInt64($0.seconds), events: $0.events) }
        let halfOpen = store.stateNames.firstIndex(of: Self.halfOpen)
        // Route, verdict and six flags packed into one number: hashing a kind for each of a million rows would take too long.
        var cells = CellCounts(routes: store.routes.count)
        FlowList(store, filter, VerdictReasons(Sysctls())).forEachRow { _, row in
            var cell = Int(row.route) << 9 | row.verdict.position << 6
            if row.entryState == .synSent { cell |= 1 }
            if !row.isOrphan, Int(row.state) == halfOpen { cell |= 2 }
            if row.isExpected { cell |= 4 }
            if let nfct = row.nfct { cell |= nfct ? 24 : 8 }
            if row.traits.contains(.isSynchronized) { cell |= 32 }
            cells.count(cell)
        }
        for (cell, count) in cells.all {
            let route = store.routes[cell >> 9]
            let verdict = FlowVerdict.byPosition[cell >> 6 & 7]
            var kind = Kind(route.service, route.protocol, route.method, verdict)
            (kind.isSynSent, kind.isHalfOpen, kind.isExpected) = (cell & 1 != 0, cell & 2 != 0, cell & 4 != 0)
            kind.isSynchronized = cell & 32 != 0
            kind.nfct = cell & 8 != 0 ? cell & 16 != 0 : nil
            kind.isOnePacket = verdict == .orphan && store.schedulesEachPacket(route)
            add(kind, count)
        }
    }

    /// IPVS's name for the state (`tcp_state_name`, net/netfilter/ipvs/ip_vs_proto_tcp.c).
    private static let halfOpen = "SYN_RECV"
}

/// How often each cell occurred: by index while there are few routes, as most directors have.
private struct CellCounts {
    private var few: [Int]
    private var many: [Int: Int] = [:]

    init(routes: Int) { few = Array(repeating: 0, count: min(routes, 4096) << 9) }

    @inline(__always)
    mutating func count(_ cell: Int) {
        if cell < few.count { few[cell] += 1 } else { many[cell, default: 0] += 1 }
    }

    var all: [(cell: Int, count: Int)] {
        few.indices.lazy.filter { few[$0] > 0 }.map { ($0, few[$0]) } + many.map { ($0.key, $0.value) }
    }
}

extension FlowStore {
    fileprivate func schedulesEachPacket(_ route: Route) -> Bool {
        slots.table.services.byAddress(route.protocol, route.virtual)?.flags.contains(.onePacket) ?? false
    }
}

extension PackedState {
    fileprivate static let synSent = PackedState(.tcp(.init(state: TrackedTCP.State.synSent.rawValue)))
}

extension FlowVerdict {
    static let byPosition: [FlowVerdict] = [.absent, .never, .unreplied, .tracked, .orphan]

    /// Its index in `byPosition`; `allCases` would be created for each row.
    var position: Int {
        switch self {
        case .absent: 0
        case .never: 1
        case .unreplied: 2
        case .tracked: 3
        case .orphan: 4
        }
    }
}
