import Addresses
import Conntrack

/// One line of a stream of events.
package enum EventRecord<Subject: Sendable>: Sendable {
    case start(EventStart)
    /// Something that was in the table when the stream began.
    case initial(Subject)
    /// The table as it was at the start is known; what follows happens after.
    case live(InitialTable, Moment)
    case event(Event<Subject>)
    case lost(LostEvents)
    /// What a dump after a loss shows that the stream did not.
    case resync(ResyncChange, Subject, Moment)
    case resynced(Resync)
    case end(EventTally, Moment)
}

/// Takes the lines of a stream.
package protocol EventWriter<Subject>: AnyObject {
    associatedtype Subject: Sendable

    func write(_ record: EventRecord<Subject>)

    /// Hands over the lines written so far.
    func flush()
}

/// What the dump at the beginning came to.
package struct InitialTable: Equatable, Sendable {
    /// Entries that it gave.
    package var entries: Int
    /// False when the dump was not whole: a resync follows.
    package var isComplete: Bool

    /// The number of entries, and whether the dump was whole.
    package init(entries: Int, isComplete: Bool) {
        self.entries = entries
        self.isComplete = isComplete
    }
}

/// How an entry differs from what the stream told of it.
package enum ResyncChange: String, Sendable, CaseIterable {
    case new, changed, gone

    /// The kind of event that would have told of it.
    package var kind: EventKind {
        switch self {
        case .new: .new
        case .changed: .update
        case .gone: .destroy
        }
    }
}

/// What is known when the stream begins.
package struct EventStart: Sendable {
    /// When and where it began.
    package var origin: Origin
    /// The receive buffer in bytes, as got and as asked for.
    package var buffer: Int
    /// In bytes; the kernel gives twice as much where it gives all.
    package var bufferAsked: Int
    /// `net.netfilter.nf_conntrack_events`; nil when it cannot be read.
    package var eventsSetting: Int?
    /// The kinds that are shown.
    package var kinds: [EventKind]
    /// Whether a loss is followed by a resync.
    package var resyncs: Bool

    /// What is known before the first event; sizes in bytes.
    package init(
        _ origin: Origin, buffer: Int, bufferAsked: Int,
        eventsSetting: Int?, kinds: [EventKind], resyncs: Bool
    ) {
        self.origin = origin
        self.buffer = buffer
        self.bufferAsked = bufferAsked
        self.eventsSetting = eventsSetting
        self.kinds = kinds
        self.resyncs = resyncs
    }
}

/// A loss that was declared.
package struct LostEvents: Equatable, Sendable {
    /// Nil when the kernel did not say how many.
    package var messages: Int?
    /// When it was noticed.
    package var time: Moment
    /// How long until the resync may begin; nil when there will be none.
    package var resyncIn: Duration?

    /// A loss by its number, time, and the wait until the resync.
    package init(messages: Int?, time: Moment, resyncIn: Duration?) {
        self.messages = messages
        self.time = time
        self.resyncIn = resyncIn
    }
}

/// What a resync came to.
package struct Resync: Equatable, Sendable {
    /// Entries that the stream had not told of.
    package var new = 0
    /// Entries that are not as the stream had told.
    package var changed = 0
    /// Entries whose end the stream had not told.
    package var gone = 0
    /// False when events were lost again meanwhile, or the dump was not whole: then another resync follows.
    package var isComplete = true
    /// When it was over.
    package var time: Moment

    /// Nothing found, at a time.
    package init(time: Moment) { self.time = time }
}

/// What a stream came to.
package struct EventTally: Equatable, Sendable {
    /// NEW events shown.
    package var new = 0
    /// UPDATE events shown.
    package var update = 0
    /// DESTROY events shown.
    package var destroy = 0
    /// NEW events that said what `initial` or a resync had told already.
    package var doubles = 0
    /// Events that were received and not shown: of kinds, or of entries, that were not asked for.
    package var hidden = 0
    /// Messages that were declared lost, so far as the kernel counted them.
    package var lost = 0
    /// Losses whose number the kernel did not say.
    package var uncountedLosses = 0
    /// Resyncs that were made.
    package var resyncs = 0
    /// Messages that could not be decoded.
    package var unread = 0

    /// Nothing yet.
    package init() {}

    /// Events of all three kinds.
    package var shown: Int { new + update + destroy }

    /// Counts an event that is shown.
    package mutating func count(_ kind: EventKind) {
        switch kind {
        case .new: new += 1
        case .update: update += 1
        case .destroy: destroy += 1
        }
    }
}
