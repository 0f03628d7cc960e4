import Conntrack

/// What somebody who heard every line of a stream knows; see `Ledger` for the order in which it is to be fed.
package protocol EventLedger<Subject> {
    associatedtype Subject: Sendable

    init()

    /// Makes room for `count` at once.
    mutating func expect(_ count: Int)

    mutating func beginDump()

    /// Takes something of the running dump.
    ///
    /// - Parameter isTold: whether the consumer hears of it, so that its NEW would be a double.
    mutating func see(_ subject: Subject, isTold: Bool) -> Sighting

    /// Ends a dump that was whole: forgets what it did not see, and nobody told of since.
    mutating func endDump(_ gone: (Subject) -> Void)

    /// From now on a NEW is news.
    mutating func settle()

    /// Takes an event.
    ///
    /// - Returns: how to tell of it, or nil when it says what a dump has told already.
    mutating func take(_ kind: EventKind, _ subject: Subject) -> EventKind?
}

/// What something of a dump is to somebody who knows the ledger.
package enum Sighting: Equatable, Sendable {
    case new
    case changed
    /// Known as it is, or seen before in this dump: the kernel begins a bucket anew when the entry vanished at which it had
    /// stopped (ctnetlink_dump_table).
    case known
    /// It is being destroyed: its DESTROY has been sent, or lost.
    case dying
}

/// The ledger of expectations. They are few, so they are held whole.
package struct ExpectationLedger: EventLedger, Sendable {
    private struct Key: Hashable, Sendable {
        var id: UInt32?
        var tuple: Tuple
    }

    private struct Known: Sendable {
        var expectation: Expectation
        /// The number of the dump that saw it, or that ran or had run last when an event told of it.
        var seen: Int
    }

    private var known: [Key: Known] = [:]
    private var dump = 0

    /// Knows nothing.
    package init() {}

    /// Nothing to do: they are few.
    package mutating func expect(_ count: Int) {}

    /// Begins a dump.
    package mutating func beginDump() { dump += 1 }

    /// Takes an expectation of the running dump. All are told, so `isTold` does not matter.
    package mutating func see(_ expectation: Expectation, isTold: Bool) -> Sighting {
        let before = known.updateValue(Known(expectation: expectation, seen: dump), forKey: Self.key(of: expectation))
        guard let before, before.seen != dump else { return before == nil ? .new : .known }
        return before.expectation.flags == expectation.flags ? .known : .changed
    }

    /// Ends a dump that was whole; `gone` gets each expectation that it did not see.
    package mutating func endDump(_ gone: (Expectation) -> Void) {
        for (key, held) in known where held.seen != dump {
            gone(held.expectation)
            known[key] = nil
        }
    }

    /// Nothing to do: the expectations themselves tell a double.
    package mutating func settle() {}

    /// Takes an event; nil for a NEW of what is known.
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
