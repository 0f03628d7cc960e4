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
        goOnFinishing(.max)
    }

    /// The same in slices, of which there may be a thousand: keys are answered in between.
    package mutating func beginFinish(took: UInt32, orphansAreKnown: Bool) {
        ending = Ending(
            lasting: max(took, Self.soon), orphansAreKnown: orphansAreKnown,
            counts: Array(repeating: VerdictCounts(), count: slots.table.routes.count))
    }

    /// - Returns: whether the reading has ended.
    @discardableResult
    package mutating func goOnFinishing(_ rows: Int) -> Bool {
        guard var ending = ending.take() else { return true }
        let end = slots.rows.count - ending.next > rows ? ending.next + rows : slots.rows.count
        for slot in ending.next..<end where slots.rows[slot].traits.contains(.isHeld) {
            slots.rows[slot].traits.remove(.isNews)
            if slots.rows[slot].isOrphan {
                settleOrphan(slot, &ending)
            } else if isThere(slot) {
                settle(slot, &ending)
            }
        }
        ending.next = end
        if end < slots.rows.count {
            self.ending = ending
            return false
        }
        for (number, counts) in ending.counts.enumerated() { slots.table.routes[number].counts = counts }
        watch.endReading(begunAt: second, isWhole: isWholeSoFar)
        readings += 1
        isReading = false
        return true
    }

    /// How far the end of a reading has got.
    struct Ending: Sendable {
        let lasting: UInt32
        let orphansAreKnown: Bool
        /// By route.
        var counts: [VerdictCounts]
        var next = 0
    }

    /// Reading the table is assumed to take at least this many seconds, during which a connection may expire.
    private static let soon: UInt32 = 5
    /// After this many complete readings without it, a connection is forgotten.
    private static let mostMissed: UInt8 = 4

    /// Whether to keep a connection; a complete reading that does not list it hides it.
    private mutating func isThere(_ slot: Int) -> Bool {
        if slots.rows[slot].traits.contains(.isListed) {
            slots.rows[slot].missed = 0
        } else if areConnectionsWhole {
            slots.rows[slot].missed += 1
            if slots.rows[slot].missed >= Self.mostMissed {
                remove(at: slot)
                return false
            }
        }
        return true
    }

    private mutating func settle(_ slot: Int, _ ending: inout Ending) {
        var row = slots.rows[slot]
        let isListed = row.traits.contains(.isListed)
        let hasEntry = row.traits.contains(.hasEntry)
        let isCertain = hasEntry || isAbsenceCertain(row)
        let verdict: FlowVerdict =
            if hasEntry {
                row.traits.contains(.isReplied) ? .tracked : .unreplied
            } else {
                isCertain && provesNever(row) ? .never : .absent
            }
        // Something not read proves nothing: the earlier verdict stays, marked uncertain.
        if isListed, hasEntry || isCertain || isWholeSoFar || !row.traits.contains(.isSettled) {
            if !hasEntry { row.entryState = .none }
            if row.verdict != verdict || !row.traits.contains(.isSettled) {
                row.verdict = verdict
                row.changed = second
                row.traits.insert(.isNews)
            }
        }
        if isListed, isCertain { row.traits.remove(.isUncertain) } else { row.traits.insert(.isUncertain) }
        let mayHaveEnded = row.verdict == .absent && row.expires < ending.lasting
        if mayHaveEnded { row.traits.insert(.mayHaveEnded) } else { row.traits.remove(.mayHaveEnded) }
        row.traits.insert(.isSettled)
        row.traits.subtract(.ofReading)
        row.traits.remove(.isPending)
        slots.rows[slot] = row
        if row.isShown { ending.counts[Int(row.route)][row.verdict] += 1 }
    }

    private func provesNever(_ row: FlowRow) -> Bool {
        watch.isWhole && row.newEventPlusOne == 0
            && row.traits.isDisjoint(with: [.mayBeOlder, .hadEntry, .isExpected])
    }

    /// If the connections were not read again, an entry becomes an orphan only in its second reading: the connections are read in between.
    private mutating func settleOrphan(_ slot: Int, _ ending: inout Ending) {
        guard slots.rows[slot].traits.contains(.hasEntry) || !isWholeSoFar else { return remove(at: slot) }
        if slots.rows[slot].traits.contains(.isFresh), !ending.orphansAreKnown {
            slots.rows[slot].traits.remove(.isFresh)
        } else if !slots.rows[slot].traits.contains(.isSettled) {
            slots.rows[slot].traits.formUnion([.isSettled, .isNews])
            slots.rows[slot].traits.remove(.isFresh)
        }
        slots.rows[slot].traits.subtract(.ofReading)
        if slots.rows[slot].isShown { ending.counts[Int(slots.rows[slot].route)][.orphan] += 1 }
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
        if row.isOrphan { return reasons.orphan(of: slots.table.services.byAddress(route.protocol, route.virtual)) }
        return reasons.reason(
            for: row.verdict, route.method, nfct: row.nfct, isSynchronized: row.traits.contains(.isSynchronized))
    }

    /// Totals of all routes.
    package var counts: VerdictCounts { routes.reduce(into: VerdictCounts()) { $0 += $1.counts } }
}
