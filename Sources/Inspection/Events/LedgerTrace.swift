import Conntrack

/// What a ledger stores of an entry besides its key: everything that can change and is compared.
///
/// Compared are status, protocol state, mark, labels, helper and security context; not what changes by itself: timeout, counters, use, TCP
/// window scales and flags, sequence adjustment.
struct LedgerTrace: Sendable {
    private var status: Status
    private var mark: UInt32
    private var state: PackedState
    /// The number of the dump that reported it to the consumer, so that a pending NEW event is not news; else 0.
    var announced: UInt32 = 0
    /// The number of the dump that saw it, or that was running or had run last when an event mentioned it.
    var seen: UInt32
    private var rare: Rare?

    /// Data that few entries have.
    private final class Rare: Sendable {
        /// Nil if it mirrors the original.
        let reply: PackedTuple?
        /// Hashes; 0 if there is none.
        let labels: Int
        let names: Int

        init?(_ reply: PackedTuple?, labels: Int, names: Int) {
            guard reply != nil || labels != 0 || names != 0 else { return nil }
            self.reply = reply
            self.labels = labels
            self.names = names
        }
    }

    init(_ entry: Entry, seen: UInt32) {
        status = entry.status
        mark = entry.mark ?? 0
        self.seen = seen
        state = PackedState(entry.state)
        let reply = LedgerKey.oddReply(of: entry)
        guard entry.hasExtensions || reply != nil else { return }
        let labels = entry.labels.contains { $0 != 0 } ? entry.labels.hashValue : 0
        let hasNames = entry.helper != nil || entry.securityContext != nil
        let names = hasNames ? [entry.helper, entry.securityContext].hashValue : 0
        rare = Rare(reply, labels: labels, names: names)
    }

    /// The trace after an event with `entry`: whatever the event omits stays as it was.
    func updated(by entry: Entry) -> LedgerTrace {
        var trace = LedgerTrace(entry, seen: seen)
        trace.announced = announced
        if trace.state == .none { trace.state = state }
        if entry.labels.isEmpty, let labels = rare?.labels, labels != 0 {
            trace.rare = Rare(trace.rare?.reply, labels: labels, names: trace.rare?.names ?? 0)
        }
        return trace
    }

    /// Whether they are the same to a consumer.
    func says(theSameAs other: LedgerTrace) -> Bool {
        status == other.status && mark == other.mark && state == other.state
            && rare?.labels ?? 0 == other.rare?.labels ?? 0 && rare?.names ?? 0 == other.rare?.names ?? 0
    }

    /// The entry as known, as far as it is stored.
    func entry(of key: LedgerKey) -> Entry {
        var entry = key.entry(reply: rare?.reply)
        entry.status = status
        entry.mark = mark
        entry.state = state.state
        return entry
    }
}
