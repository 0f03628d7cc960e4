import Addresses
import Conntrack
import Firewall
import IPVS

/// The end of a reading, NEW events, packets and totals.
extension FlowStore {
    /// Ends the reading: settles all verdicts and counts them.
    ///
    /// - Parameters:
    ///   - took: seconds from reading the connections to the last look-up.
    ///   - orphansAreKnown: whether the connections were read again after the table, so that an entry without one is an orphan at once.
    package mutating func finish(took: UInt32 = 0, orphansAreKnown: Bool = false) {
        beginFinish(took: took, orphansAreKnown: orphansAreKnown)
        while !goOnFinishing(Self.rowsInCache) {}
    }

    /// What is settled is counted while it is in the processor's cache.
    private static let rowsInCache = 8192

    /// The same in slices, of which there may be a thousand: keys are answered in between.
    package mutating func beginFinish(took: UInt32, orphansAreKnown: Bool) {
        settling = Settling(self, took: took, orphansAreKnown: orphansAreKnown)
    }

    /// - Returns: whether the reading has ended.
    @discardableResult
    package mutating func goOnFinishing(_ rows: Int) -> Bool {
        guard var settling = settling.take() else { return true }
        let end = slots.rows.count - settling.next > rows ? settling.next + rows : slots.rows.count
        for slot in settling.settle(&slots.rows, settling.next..<end) { remove(at: slot) }
        settling.count(slots.rows, settling.next..<end)
        settling.next = end
        if end < slots.rows.count {
            self.settling = settling
            return false
        }
        endReading(settling.cells)
        return true
    }

    mutating func endReading(_ cells: FlowCells) {
        self.cells = cells
        for route in slots.table.routes.indices { slots.table.routes[route].counts = VerdictCounts() }
        for (route, count) in cells.stuck.enumerated() { slots.table.routes[route].counts.stuck = count }
        for (cell, count) in cells.all { slots.table.routes[cell.route].counts[cell.verdict] += count }
        watch.endReading(begunAt: second, isWhole: isWholeSoFar)
        readings += 1
        (isReading, hasAttached) = (false, false)
    }

    /// Whether there are entries of services without a connection in this reading that may still turn out to have one.
    package var hasFreshOrphans: Bool {
        orphans > 0 && slots.rows.contains { $0.traits.isSuperset(of: [.isHeld, .isOrphan, .isFresh]) }
    }

    /// Drops the entries without a connection: the reading is incomplete, so they cannot be called orphans.
    package mutating func forgetOrphans() {
        for slot in slots.rows.indices where slots.rows[slot].traits.isSuperset(of: [.isHeld, .isOrphan]) {
            remove(at: slot)
        }
    }

    // MARK: Sums

    /// Why a flow has its verdict.
    package func reason(of row: FlowRow, _ sysctls: Sysctls) -> VerdictReason {
        reason(of: row, VerdictReasons(sysctls))
    }

    func reason(of row: FlowRow, _ reasons: VerdictReasons) -> VerdictReason {
        if row.isExpected { return .expected }
        let route = route(of: row)
        if row.isUntranslated { return .untranslated }
        if row.isOrphan { return reasons.orphan(of: slots.table.services.byAddress(route.protocol, route.virtual)) }
        return reasons.reason(for: row.verdict, route.path, nfct: row.nfct)
    }

    /// Totals of all routes.
    package var counts: VerdictCounts { routes.reduce(into: VerdictCounts()) { $0 += $1.counts } }
}
