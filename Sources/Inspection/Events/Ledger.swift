import Conntrack

/// What somebody who heard every line so far knows of the conntrack table. It tells what a dump adds to that, and what of the
/// events is told already. No clock, no sockets: who feeds it sees to the order.
///
/// The order that makes the picture right, at the start as after a loss: subscribe, or `take` events until the socket is empty, so that none
/// is left that is older than the loss; `beginDump`; `see` each entry of the dump, with the events that come meanwhile held back; then
/// `take` those, until the socket has been empty once; then `endDump`. So everything that the kernel said before the dump was over
/// has been heard when an entry is called gone. When something was lost meanwhile, another dump is needed.
///
/// Why no order between an entry of the dump and an event is needed: a bucket is read at some moment between two events of an entry. The
/// events before it end in the state that the dump saw, those after it go on from there. Two things are not in line: an entry
/// is in the table before its NEW is sent (so the NEW is a double), and its DESTROY is sent before it leaves the table (so a dump shows it
/// as DYING: that counts as gone).
///
/// An entry takes 80 bytes, and as a hash table has free places 110 to 220 in all; half as much again while it grows, which
/// `expect` avoids.
package struct Ledger: EventLedger, Sendable {
    private var traces: [LedgerKey: LedgerTrace] = [:]
    private var dump: UInt32 = 0
    /// The last dump of which is known that every NEW has been heard that was on its way then.
    private var settledDump: UInt32 = 0

    /// Knows nothing.
    package init() {}

    /// Makes room for `count` entries at once.
    package mutating func expect(_ count: Int) { traces.reserveCapacity(max(0, count)) }

    // MARK: Dumps

    /// Begins a dump: what it sees is told apart from what it does not.
    package mutating func beginDump() { dump &+= 1 }

    /// Takes an entry of the running dump.
    ///
    /// - Parameter isTold: whether the consumer hears of it, so that its NEW would be a double.
    package mutating func see(_ entry: Entry, isTold: Bool = true) -> Sighting {
        if entry.status.contains(.dying) { return .dying }
        let key = LedgerKey(entry)
        var trace = LedgerTrace(entry, seen: dump)
        // Also of one that was known: it may be another with the same key, of which no event came yet.
        trace.announced = isTold ? dump : 0
        guard let known = traces[key] else {
            traces[key] = trace
            return .new
        }
        if known.seen == dump { return .known }
        traces[key] = trace
        return trace.says(theSameAs: known) ? .known : .changed
    }

    /// Ends a dump that was whole: forgets what it did not see, and nobody told of since.
    ///
    /// - Parameter gone: gets each of these as it was known: tuples, zone, id, status, mark and state.
    package mutating func endDump(_ gone: (Entry) -> Void) {
        // The keys first: a dictionary that changes while it is walked through is copied as a whole.
        var keys: [LedgerKey] = []
        for (key, trace) in traces where trace.seen != dump { keys.append(key) }
        for key in keys {
            if let trace = traces.removeValue(forKey: key) { gone(trace.entry(of: key)) }
        }
    }

    /// From now on a NEW is news: so long after the dump none can be on its way any more that was made before its end.
    package mutating func settle() { settledDump = dump }

    // MARK: Events

    /// Takes an event.
    ///
    /// - Returns: how to tell of it, or nil when it says what a dump has told already. A NEW that says something else than the dump is an
    ///   update: one of the two is older, and when that is the event, another follows.
    package mutating func take(_ kind: EventKind, _ entry: Entry) -> EventKind? {
        let key = LedgerKey(entry)
        if kind == .destroy {
            traces[key] = nil
            return kind
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
