import Conntrack

/// What a store holds of one entry of the conntrack table, in some hundred bytes: what rows show, and what they are sorted by.
package struct EntryRow: Sendable {
    let key: LedgerKey
    /// Its status bits.
    package let status: Status
    /// Its mark; 0 when it has none.
    package let mark: UInt32
    private let timeoutPlusOne: UInt32
    private let state: PackedState
    private let hasCounters: Bool
    private let originalCounters: Entry.Counters
    private let replyCounters: Entry.Counters

    init(_ entry: Entry) {
        key = LedgerKey(entry)
        status = entry.status
        mark = entry.mark ?? 0
        timeoutPlusOne = entry.timeout.map { $0 == .max ? .max : $0 + 1 } ?? 0
        state = PackedState(entry.state)
        hasCounters = entry.originalCounters != nil || entry.replyCounters != nil
        originalCounters = entry.originalCounters ?? .init(packets: 0, bytes: 0)
        replyCounters = entry.replyCounters ?? .init(packets: 0, bytes: 0)
    }

    /// Seconds until the entry goes; nil when the kernel did not say.
    package var timeout: UInt32? { timeoutPlusOne == 0 ? nil : timeoutPlusOne - 1 }

    /// Of both directions together; 0 without accounting.
    package var packets: UInt64 { originalCounters.packets &+ replyCounters.packets }
    /// Of both directions together, with the headers of IP; 0 without accounting.
    package var bytes: UInt64 { originalCounters.bytes &+ replyCounters.bytes }

    /// The entry, so far as it is held.
    func entry(reply: PackedTuple?) -> Entry {
        var entry = key.entry(reply: reply)
        entry.status = status
        entry.mark = mark
        entry.timeout = timeout
        entry.state = state.state
        if hasCounters { (entry.originalCounters, entry.replyCounters) = (originalCounters, replyCounters) }
        return entry
    }
}

/// The entries of one reading of the conntrack table that were wanted, in the kernel's order.
package struct EntryList: Sendable {
    private var rows: [EntryRow] = []
    /// Reply tuples that are not the mirror of the original one: NAT, ICMP.
    private var oddReplies: [Int: PackedTuple] = [:]
    /// Entries that were read, wanted or not.
    package private(set) var read = 0
    /// False when the table changed under the reading.
    package var isWhole = true

    /// No entries.
    package init() {}

    /// Room for about so many.
    package init(reserving count: Int) { rows.reserveCapacity(count) }

    /// Entries that are held.
    package var count: Int { rows.count }

    /// Counts an entry, and holds it when it is wanted.
    package mutating func take(_ entry: Entry, isWanted: Bool) {
        read += 1
        guard isWanted else { return }
        let row = EntryRow(entry)
        let reply = PackedTuple(entry.reply)
        if !row.key.isMirrored(by: reply) { oddReplies[rows.count] = reply }
        rows.append(row)
    }

    /// The entry at a position of the kernel's order; nil beyond the last.
    package func row(_ position: Int) -> EntryRow? { rows.indices.contains(position) ? rows[position] : nil }

    /// The entry at a position, so far as it is held: without labels, names of helpers and the like.
    package func entry(_ position: Int) -> Entry? {
        row(position)?.entry(reply: oddReplies[position])
    }

    /// What tells an entry from all others of the table, through readings.
    package func identity(_ position: Int) -> EntryIdentity? { row(position).map { EntryIdentity(key: $0.key) } }

    /// Where an entry is that was seen before.
    package func position(of identity: EntryIdentity) -> Int? { rows.firstIndex { $0.key == identity.key } }
}

/// Which entry: its id, its original tuple and its zone.
package struct EntryIdentity: Hashable, Sendable {
    let key: LedgerKey
}
