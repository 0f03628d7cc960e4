/// How many packets flows have had since the reading before, as IPVS counts them.
package struct FlowGrowth: Sendable {
    private struct Count {
        /// In which reading it was taken.
        var reading = -1
        var appeared: UInt32 = 0
        var packets: UInt32 = 0
        var added: UInt32?
    }

    /// By slot.
    private var counts: [Count] = []
    private var reading = -1
    private var time = Duration.zero
    /// The same by the clock of the store.
    private var second: UInt32 = 0
    /// From the reading before to this one; nil if flows were not counted in that.
    package private(set) var span: Duration?

    package init() {}

    /// A reading has ended at `time`, of any clock: its flows are asked for, once or more often, before the next one ends.
    package mutating func begin(_ store: FlowStore, at time: Duration) {
        guard store.readings != reading else { return }
        span = store.readings == reading + 1 && time > self.time ? time - self.time : nil
        (reading, self.time, second) = (store.readings, time, store.second)
    }

    /// - Returns: nil where it is not known.
    package mutating func added(_ row: FlowRow, at slot: UInt32) -> UInt32? {
        guard let packets = row.packets else { return nil }
        while counts.count <= Int(slot) { counts.append(Count()) }
        let old = counts[Int(slot)]
        if old.reading == reading, old.appeared == row.appeared { return old.added }
        let added = span == nil ? nil : added(packets, of: row, since: old)
        counts[Int(slot)] = Count(reading: reading, appeared: row.appeared, packets: packets, added: added)
        return added
    }

    private func added(_ packets: UInt32, of row: FlowRow, since old: Count) -> UInt32? {
        guard old.reading == reading - 1, old.appeared == row.appeared else {
            return row.appeared >= second ? packets : nil
        }
        // A 32-bit counter that wraps.
        return packets >= old.packets || old.packets > .max / 2 ? packets &- old.packets : packets
    }
}
