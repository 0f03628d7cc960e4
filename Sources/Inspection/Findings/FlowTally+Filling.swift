import Conntrack
import IPVS

extension FlowTally {
    /// Counts the flows of a reading, in one pass.
    package init(_ report: FlowReport, asked: Set<Verdict> = []) {
        self.init()
        self.asked = asked
        chosenFrom = report.chosenFrom
        proof = report.watch.map { Proof(seconds: $0.seconds, events: $0.events) }
        for flow in report.flows {
            var kind = Kind(flow.service, flow.protocol, flow.method, flow.verdict)
            kind.isSynSent = PackedState(flow.entry?.state) == .synSent
            kind.isHalfOpen = flow.connection?.state == Self.halfOpen
            kind.isExpected = flow.reason == .expected
            kind.isOnePacket = flow.reason == .onePacket
            add(kind)
        }
    }

    /// Counts the flows of a live view, in one pass over its rows.
    package init(_ board: FlowBoard) {
        self.init()
        proof = board.evidence.map { Proof(seconds: UInt64($0.seconds), events: $0.events) }
        let halfOpen = board.stateNames.firstIndex(of: Self.halfOpen)
        // By place, verdict and three flags: a dictionary would take too long for a million rows.
        var cells = Array(repeating: 0, count: board.places.count << 6)
        for row in board.rows where row.isShown {
            var cell = Int(row.place) << 6 | row.verdict.position << 3
            if row.entryState == .synSent { cell |= 1 }
            if !row.isOrphan, Int(row.state) == halfOpen { cell |= 2 }
            if row.traits.contains(.isExpected), row.entryState == .none { cell |= 4 }
            cells[cell] += 1
        }
        for (cell, count) in cells.enumerated() where count > 0 {
            let place = board.places[cell >> 6]
            let verdict = Verdict.allCases[cell >> 3 & 7]
            var kind = Kind(place.service, place.protocol, place.method, verdict)
            (kind.isSynSent, kind.isHalfOpen, kind.isExpected) = (cell & 1 != 0, cell & 2 != 0, cell & 4 != 0)
            kind.isOnePacket = verdict == .orphan && board.schedulesEachPacket(place)
            add(kind, count)
        }
    }

    /// IPVS's name of the state (`tcp_state_name`, net/netfilter/ipvs/ip_vs_proto_tcp.c).
    private static let halfOpen = "SYN_RECV"
}

extension FlowBoard {
    fileprivate func schedulesEachPacket(_ place: Place) -> Bool {
        services.byAddress(place.protocol, place.virtual)?.flags.contains(.onePacket) ?? false
    }
}

extension PackedState {
    fileprivate static let synSent = PackedState(.tcp(.init(state: TrackedTCP.State.synSent.rawValue)))
}

extension Verdict {
    fileprivate var position: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}
