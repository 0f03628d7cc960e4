import Conntrack

/// What the entries of one reading have carried since an earlier one.
package struct EntryGrowth: Sendable {
    private let before: EntryList
    /// The positions of the earlier reading's entries, by what identifies them.
    private var index = SlotIndex()
    private var next = 0

    package init(since before: EntryList) {
        self.before = before
        index.clear(for: before.count)
    }

    /// Whether all of the earlier reading can be found.
    package var isIndexed: Bool { next >= before.count }

    /// Indexes some of it.
    package mutating func goOnIndexing(_ rows: Int) {
        let end = min(next + rows, before.count)
        for position in next..<max(next, end) {
            if let row = before.row(position) { index.insert(Self.hash(row), position) }
        }
        next = end
    }

    /// Packets and bytes of both directions since then: all of them for an entry that is new, or whose counters were set to zero.
    package func added(_ row: EntryRow) -> Entry.Counters {
        let position = index.find(Self.hash(row)) { before.row($0)?.key == row.key }
        guard let old = position.flatMap(before.row), old.packets <= row.packets, old.bytes <= row.bytes else {
            return Entry.Counters(packets: row.packets, bytes: row.bytes)
        }
        return Entry.Counters(packets: row.packets - old.packets, bytes: row.bytes - old.bytes)
    }

    private static func hash(_ row: EntryRow) -> UInt64 { UInt64(bitPattern: Int64(row.key.hashValue)) }
}
