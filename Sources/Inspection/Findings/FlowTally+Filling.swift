import Conntrack
import IPVS

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
        // Route, verdict and three flags packed into one number: hashing a kind for each of a million rows would take too long.
        var cells: [Int: Int] = [:]
        FlowList(store, filter, VerdictReasons(Sysctls())).forEachRow { _, row in
            var cell = Int(row.route) << 6 | row.verdict.position << 3
            if row.entryState == .synSent { cell |= 1 }
            if !row.isOrphan, Int(row.state) == halfOpen { cell |= 2 }
            if row.traits.contains(.isExpected), row.entryState == .none { cell |= 4 }
            cells[cell, default: 0] += 1
        }
        for (cell, count) in cells {
            let route = store.routes[cell >> 6]
            let verdict = FlowVerdict.byPosition[cell >> 3 & 7]
            var kind = Kind(route.service, route.protocol, route.method, verdict)
            (kind.isSynSent, kind.isHalfOpen, kind.isExpected) = (cell & 1 != 0, cell & 2 != 0, cell & 4 != 0)
            kind.isOnePacket = verdict == .orphan && store.schedulesEachPacket(route)
            add(kind, count)
        }
    }

    /// IPVS's name for the state (`tcp_state_name`, net/netfilter/ipvs/ip_vs_proto_tcp.c).
    private static let halfOpen = "SYN_RECV"
}

extension FlowStore {
    fileprivate func schedulesEachPacket(_ route: Route) -> Bool {
        table.services.byAddress(route.protocol, route.virtual)?.flags.contains(.onePacket) ?? false
    }
}

extension PackedState {
    fileprivate static let synSent = PackedState(.tcp(.init(state: TrackedTCP.State.synSent.rawValue)))
}

extension FlowVerdict {
    fileprivate static let byPosition: [FlowVerdict] = [.absent, .never, .unreplied, .tracked, .orphan]

    /// Its index in `byPosition`; `allCases` would be created for each row.
    fileprivate var position: Int {
        switch self {
        case .absent: 0
        case .never: 1
        case .unreplied: 2
        case .tracked: 3
        case .orphan: 4
        }
    }
}
