import Addresses
import Conntrack

/// One conntrack entry as the store keeps it, in about a hundred bytes: what the rows show and sort by.
package struct EntryRow: Sendable {
    let key: LedgerKey
    package let status: Status
    /// Its mark; 0 when it has none.
    package let mark: UInt32
    private let timeoutPlusOne: UInt32
    private let state: PackedState
    private let hasCounters: Bool
    /// When it was confirmed, in nanoseconds since 1970; 0 without timestamps.
    private let start: UInt64
    private let originalCounters: Entry.Counters
    private let replyCounters: Entry.Counters

    init(_ entry: Entry) {
        key = LedgerKey(entry)
        status = entry.status
        mark = entry.mark ?? 0
        timeoutPlusOne = entry.timeout.map { $0 == .max ? .max : $0 + 1 } ?? 0
        state = PackedState(entry.state)
        start = entry.timestamps?.start ?? 0
        hasCounters = entry.originalCounters != nil || entry.replyCounters != nil
        originalCounters = entry.originalCounters ?? .init(packets: 0, bytes: 0)
        replyCounters = entry.replyCounters ?? .init(packets: 0, bytes: 0)
    }

    /// Seconds until the entry expires; nil if the kernel did not send it.
    package var timeout: UInt32? { timeoutPlusOne == 0 ? nil : timeoutPlusOne - 1 }

    /// Sum of both directions; 0 without accounting.
    package var packets: UInt64 { originalCounters.packets &+ replyCounters.packets }
    /// Sum of both directions, including IP headers; 0 without accounting.
    package var bytes: UInt64 { originalCounters.bytes &+ replyCounters.bytes }

    /// When it was confirmed; nil if the kernel does not keep that (`net.netfilter.nf_conntrack_timestamp`).
    package var started: Moment? { start == 0 ? nil : Moment(nanoseconds: start) }

    /// The entry, as far as it is stored.
    func entry(reply: PackedTuple?) -> Entry {
        var entry = key.entry(reply: reply)
        entry.status = status
        entry.mark = mark
        entry.timeout = timeout
        entry.state = state.state
        if start != 0 { entry.timestamps = Entry.Timestamps(start: start) }
        if hasCounters { (entry.originalCounters, entry.replyCounters) = (originalCounters, replyCounters) }
        return entry
    }
}

/// The wanted entries of one reading of the conntrack table, in the kernel's order.
package struct EntryList: Sendable {
    private var rows: [EntryRow] = []
    /// Reply tuples that do not mirror the original (NAT, ICMP), in the order of their positions.
    private var oddReplies: [(position: UInt32, reply: PackedTuple)] = []
    /// Entries read, wanted or not.
    package private(set) var read = 0
    /// Whether the kernel keeps when entries began.
    package private(set) var haveStarts = false
    /// False if the table changed while it was read.
    package var isWhole = true

    package init() {}

    /// Empties it for another reading, of about `count` entries. Keeps its memory, as new memory must be cleared by the kernel first.
    package mutating func restart(for count: Int) {
        let keepsCapacity = rows.capacity / 4 <= count
        rows.removeAll(keepingCapacity: keepsCapacity)
        oddReplies.removeAll(keepingCapacity: keepsCapacity)
        rows.reserveCapacity(count)
        (read, isWhole, haveStarts) = (0, true, false)
    }

    /// Entries stored.
    package var count: Int { rows.count }

    /// Counts an entry, and stores it if it is wanted.
    package mutating func take(_ entry: Entry, isWanted: Bool) {
        read += 1
        guard isWanted else { return }
        let row = EntryRow(entry)
        if row.started != nil { haveStarts = true }
        let reply = PackedTuple(entry.reply)
        if !row.key.isMirrored(by: reply) { oddReplies.append((UInt32(clamping: rows.count), reply)) }
        rows.append(row)
    }

    /// The entry at a position in the kernel's order; nil past the end.
    package func row(_ position: Int) -> EntryRow? { rows.indices.contains(position) ? rows[position] : nil }

    /// The entry at a position, as far as it is stored: without labels, helper names and the like.
    package func entry(_ position: Int) -> Entry? {
        row(position)?.entry(reply: oddReply(at: position))
    }

    private func oddReply(at position: Int) -> PackedTuple? {
        var (low, high) = (0, oddReplies.count)
        while low < high {
            let middle = (low + high) / 2
            if oddReplies[middle].position < position { low = middle + 1 } else { high = middle }
        }
        guard oddReplies.indices.contains(low), oddReplies[low].position == position else { return nil }
        return oddReplies[low].reply
    }

    /// Identifies an entry across readings.
    package func identity(_ position: Int) -> EntryIdentity? { row(position).map { EntryIdentity(key: $0.key) } }

    /// The current position of an entry seen before.
    package func position(of identity: EntryIdentity) -> Int? { rows.firstIndex { $0.key == identity.key } }
}

/// Identifies an entry: id, original tuple and zone.
package struct EntryIdentity: Hashable, Sendable {
    let key: LedgerKey
}
