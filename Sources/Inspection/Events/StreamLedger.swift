import Conntrack

/// What a reader of every line of a stream knows; see `EntryLedger` for the required order of calls.
package protocol StreamLedger<Subject> {
    associatedtype Subject: Sendable

    init()

    /// Makes room for `count` at once.
    mutating func expect(_ count: Int)

    mutating func beginDump()

    /// Takes an object of the running dump.
    ///
    /// - Parameter isTold: whether the consumer is told of it, so that its NEW would be a duplicate.
    mutating func see(_ subject: Subject, isTold: Bool) -> Sighting

    /// Ends a complete dump: forgets what it did not see and no event has mentioned since.
    mutating func endDump(_ gone: (Subject) -> Void)

    /// From now on a NEW is news.
    mutating func settle()

    /// Takes an event.
    ///
    /// - Returns: how to report it, or nil if it has been reported already.
    mutating func take(_ kind: EventKind, _ subject: Subject) -> EventKind?
}

/// How a dumped object relates to what is known.
package enum Sighting: Equatable, Sendable {
    case new
    case changed
    /// Known as it is, or seen before in this dump: the kernel restarts a bucket if the entry at which it had stopped is gone
    /// (ctnetlink_dump_table).
    case known
    /// Being destroyed: its DESTROY has been sent, or lost.
    case dying
}

/// The ledger of expectations. They are few, so they are stored completely.
package struct ExpectationLedger: StreamLedger, Sendable {
    private struct Key: Hashable, Sendable {
        var id: UInt32?
        var tuple: Tuple
    }

    private struct Known: Sendable {
        var expectation: Expectation
        /// The number of the dump that saw it, or that was running or had run last when an event mentioned it.
        var seen: Int
    }

    private var known: [Key: Known] = [:]
    private var dump = 0

    package init() {}

    /// Does nothing: they are few.
    package mutating func expect(_ count: Int) {}

    package mutating func beginDump() { dump += 1 }

    /// Takes an expectation of the running dump. All are reported, so `isTold` is ignored.
    package mutating func see(_ expectation: Expectation, isTold: Bool) -> Sighting {
        let before = known.updateValue(Known(expectation: expectation, seen: dump), forKey: Self.key(of: expectation))
        guard let before, before.seen != dump else { return before == nil ? .new : .known }
        return before.expectation.flags == expectation.flags ? .known : .changed
    }

    /// Ends a complete dump; `gone` gets each expectation that it did not see.
    package mutating func endDump(_ gone: (Expectation) -> Void) {
        for (key, held) in known where held.seen != dump {
            gone(held.expectation)
            known[key] = nil
        }
    }

    /// Does nothing: the expectations themselves reveal duplicates.
    package mutating func settle() {}

    /// Takes an event; nil for a NEW of a known expectation.
    package mutating func take(_ kind: EventKind, _ expectation: Expectation) -> EventKind? {
        let key = Self.key(of: expectation)
        if kind == .destroy {
            known[key] = nil
            return kind
        }
        let before = known.updateValue(Known(expectation: expectation, seen: dump), forKey: key)
        return kind == .new && before != nil ? nil : kind
    }

    private static func key(of expectation: Expectation) -> Key { Key(id: expectation.id, tuple: expectation.tuple) }
}
