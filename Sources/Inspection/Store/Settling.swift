/// The end of a reading: what it found of each row becomes the row's verdict. What is asked for each is inlined, as a call would copy all of
/// this, or the row.
struct Settling: Sendable {
    /// The time of the reading.
    private let second: UInt32
    /// Seconds from reading the connections to the last look-up.
    private let took: UInt32
    private let orphansAreKnown: Bool
    /// Whether everything was read completely, and the connections were.
    private let isWhole: Bool
    private let areConnectionsWhole: Bool
    /// Whether every NEW event was seen.
    private let isWatched: Bool
    private let syncThreshold: UInt32?
    private let needsOrigins: Bool
    private let isBackup: Bool
    /// The flows that are shown.
    private(set) var cells: FlowCells
    /// The next slot.
    var next = 0

    /// Reading the table is assumed to take at least this many seconds, during which a connection may expire.
    private static let soon: UInt32 = 5
    /// After this many complete readings without it, a connection is forgotten.
    private static let mostMissed: UInt8 = 4

    init(_ store: FlowStore, took: UInt32, orphansAreKnown: Bool) {
        second = store.second
        self.took = max(took, Self.soon)
        self.orphansAreKnown = orphansAreKnown
        isWhole = store.isWholeSoFar
        areConnectionsWhole = store.areConnectionsWhole
        isWatched = store.watch.isWhole
        syncThreshold = store.context.syncThreshold
        needsOrigins = store.needsOrigins
        isBackup = store.context.isBackup
        cells = FlowCells(store)
    }

    /// - Returns: the slots whose flow is to be removed, before `count`.
    func settle(_ rows: inout [FlowRow], _ slots: Range<Int>) -> [Int] {
        var gone: [Int] = []
        var rows = rows.mutableSpan
        for slot in slots where rows[slot].traits.contains(.isHeld) {
            if !settle(&rows[slot]) { gone.append(slot) }
        }
        return gone
    }

    /// Counts the flows that are shown. Not as each is settled: both together are too much for the compiler to inline.
    mutating func count(_ rows: [FlowRow], _ slots: Range<Int>) {
        for slot in slots where rows[slot].isShown { cells.count(rows[slot]) }
    }

    /// - Returns: whether to keep it.
    @inline(__always)
    private func settle(_ row: inout FlowRow) -> Bool {
        row.traits.remove(.isNews)
        guard row.isOrphan ? settleOrphan(&row) : isThere(&row) else { return false }
        if !row.isOrphan { settleFlow(&row) }
        row.traits.subtract(.ofReading)
        return true
    }

    /// A complete reading that does not list a connection hides it, and several forget it.
    @inline(__always)
    private func isThere(_ row: inout FlowRow) -> Bool {
        if row.traits.contains(.isListed) {
            row.missed = 0
        } else if areConnectionsWhole {
            row.missed += 1
        }
        return row.missed < Self.mostMissed
    }

    @inline(__always)
    private func settleFlow(_ row: inout FlowRow) {
        let hasEntry = row.traits.contains(.hasEntry)
        let isCertain = hasEntry || row.isAbsenceCertain(isWhole: isWhole) && isOriginKnown(row)
        let isListed = row.traits.contains(.isListed)
        // Something not read proves nothing: the earlier verdict stays, marked uncertain.
        if isListed, hasEntry || isCertain || isWhole || !row.traits.contains(.isSettled) {
            settle(&row, as: verdict(of: row, isCertain))
        }
        if isListed, isCertain { row.traits.remove(.isUncertain) } else { row.traits.insert(.isUncertain) }
        set(.mayHaveEnded, row.verdict == .absent && row.expires < took, of: &row)
        set(.mayHavePackets, !hasEntry && row.synchronization(syncThreshold) == .perhapsTheirs, of: &row)
        row.traits.insert(.isSettled)
        row.traits.remove(.isPending)
    }

    @inline(__always)
    private func set(_ trait: FlowRow.Traits, _ isSet: Bool, of row: inout FlowRow) {
        if isSet { row.traits.insert(trait) } else { row.traits.remove(trait) }
    }

    @inline(__always)
    private func isOriginKnown(_ row: FlowRow) -> Bool {
        !needsOrigins || !row.traits.isDisjoint(with: [.hasOrigin, .hasDetails])
    }

    @inline(__always)
    private func verdict(of row: FlowRow, _ isCertain: Bool) -> FlowVerdict {
        if row.traits.contains(.hasEntry) { return row.traits.contains(.isReplied) ? .tracked : .unreplied }
        switch row.synchronization(syncThreshold) {
        case .theirs: return .synced
        // Both may be wrong, and a doubt says so. What learns no more forwards.
        case .perhapsTheirs: return isBackup ? .synced : .absent
        case .ours: break
        }
        return isCertain && provesNever(row) ? .never : .absent
    }

    @inline(__always)
    private func settle(_ row: inout FlowRow, as verdict: FlowVerdict) {
        if !row.traits.contains(.hasEntry) { row.entryState = .none }
        guard row.verdict != verdict || !row.traits.contains(.isSettled) else { return }
        row.verdict = verdict
        row.changed = second
        row.traits.insert(.isNews)
    }

    @inline(__always)
    private func provesNever(_ row: FlowRow) -> Bool {
        // One that was learned from another director did not begin here.
        isWatched && row.newEventPlusOne == 0
            && row.traits.isDisjoint(with: [.mayBeOlder, .hadEntry, .isExpected, .isSynchronized])
    }

    /// If the connections were not read again, an entry becomes an orphan only in its second reading: the connections are read in between.
    ///
    /// - Returns: whether its entry may still exist.
    private func settleOrphan(_ row: inout FlowRow) -> Bool {
        guard row.traits.contains(.hasEntry) || !isWhole else { return false }
        if row.traits.contains(.isFresh), !orphansAreKnown {
            row.traits.remove(.isFresh)
        } else if !row.traits.contains(.isSettled) {
            row.traits.formUnion([.isSettled, .isNews])
            row.traits.remove(.isFresh)
        }
        return true
    }
}

extension FlowRow {
    /// Whether it certainly has no entry, if the current reading found none: it was looked for again; or the reading is complete so far, and
    /// the previous one found none either.
    ///
    /// - Parameter isWhole: whether the reading is complete so far.
    @inline(__always)
    func isAbsenceCertain(isWhole: Bool) -> Bool {
        if traits.contains(.isLooked) { return true }
        let wasAbsent = traits.contains(.isSettled) && (verdict == .absent || verdict == .never || verdict == .synced)
        return isWhole && (wasAbsent || traits.contains(.wasLooked))
    }
}
