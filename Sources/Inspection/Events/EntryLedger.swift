import Conntrack

/// What a reader of every line so far knows of the conntrack table. It determines what a dump adds to that, and which events have already
/// been reported. No clock, no sockets: the caller ensures the order.
///
/// The order that keeps the state correct, at the start as after a loss: subscribe, or `take` events until the socket is empty, so that
/// none older than the loss is left; `beginDump`; `see` each entry of the dump, holding back events that arrive during it; then `take`
/// those until the socket has been empty once; then `endDump`. So everything that the kernel sent before the end of the dump has been
/// processed when an entry is declared gone. If something was lost in the meantime, another dump is needed.
///
/// Why no order between a dumped entry and an event is needed: a bucket is read at some moment between two events of an entry. The events
/// before it lead to the state that the dump saw, those after it continue from there. There are two exceptions: an entry is in the table
/// before its NEW is sent (so the NEW is a duplicate), and its DESTROY is sent before it leaves the table (so a dump shows it as DYING,
/// which counts as gone).
///
/// An entry takes 80 bytes, and 110 to 220 in total because of free slots in the hash table; half as much again while it grows, which
/// `expect` avoids.
package struct EntryLedger: StreamLedger, Sendable {
    private var traces: [LedgerKey: LedgerTrace] = [:]
    private var dump: UInt32 = 0
    /// The last dump for which all NEW events pending at its time are known to have been processed.
    private var settledDump: UInt32 = 0
    private var destroyed = RecentlyDestroyed()

    package init() {}

    /// Reserves space for `count` entries.
    package mutating func expect(_ count: Int) { traces.reserveCapacity(max(0, count)) }

    // MARK: Dumps

    /// Begins a dump: what it sees is distinguished from what it does not.
    package mutating func beginDump() { dump &+= 1 }

    /// Takes an entry of the running dump.
    ///
    /// - Parameter isTold: whether the consumer is told of it, so that its NEW would be a duplicate.
    package mutating func see(_ entry: Entry, isTold: Bool = true) -> Sighting {
        if entry.status.contains(.dying) { return .dying }
        let key = LedgerKey(entry)
        var trace = LedgerTrace(entry, seen: dump)
        // Also for a known entry: it may be a different one with the same key, whose event has not arrived yet.
        trace.announced = isTold ? dump : 0
        guard let known = traces[key] else {
            traces[key] = trace
            return .new
        }
        if known.seen == dump { return .known }
        traces[key] = trace
        return trace.says(theSameAs: known) ? .known : .changed
    }

    /// Ends a complete dump: forgets what it did not see and no event has mentioned since.
    ///
    /// - Parameter gone: gets each of these as last known: tuples, zone, id, status, mark and state.
    package mutating func endDump(_ gone: (Entry) -> Void) {
        // Keys first: a dictionary modified during iteration is copied as a whole.
        var keys: [LedgerKey] = []
        for (key, trace) in traces where trace.seen != dump { keys.append(key) }
        for key in keys {
            guard let trace = traces.removeValue(forKey: key) else { continue }
            _ = destroyed.insert(key)
            gone(trace.entry(of: key))
        }
    }

    /// From now on a NEW is news: this long after the dump none created before its end can still be pending.
    package mutating func settle() { settledDump = dump }

    // MARK: Events

    /// Takes an event.
    ///
    /// - Returns: how to report it, or nil if it has been reported already, by a dump, or as the kernel repeats a DESTROY. A NEW that differs from the dump is an update: one of the
    ///   two is older, and if it is the event, another one follows.
    package mutating func take(_ kind: EventKind, _ entry: Entry) -> EventKind? {
        let key = LedgerKey(entry)
        if kind == .destroy {
            let isKnown = traces.removeValue(forKey: key) != nil
            return destroyed.insert(key) || isKnown ? kind : nil
        }
        guard let known = traces[key] else {
            traces[key] = LedgerTrace(entry, seen: dump)
            return kind
        }
        let isDouble = kind == .new && known.announced > settledDump
        var trace = kind == .update || isDouble ? known.updated(by: entry) : LedgerTrace(entry, seen: dump)
        trace.seen = dump
        if kind == .new { trace.announced = 0 }
        traces[key] = trace
        guard isDouble else { return kind }
        return trace.says(theSameAs: known) ? nil : .update
    }
}
