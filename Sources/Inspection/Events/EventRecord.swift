import Addresses
import Conntrack

/// A line of an event stream.
package enum EventRecord<Subject: Sendable>: Sendable {
    case start(EventStart)
    /// An object that was in the table when the stream began.
    case initial(Subject)
    /// The initial table is known; everything else happens afterwards.
    case live(InitialTable, Moment)
    case event(Event<Subject>)
    case lost(LostEvents)
    /// What a dump after a loss shows that the stream missed.
    case resync(ResyncChange, Subject, Moment)
    case resynced(Resync)
    case end(EventTally, Moment)
}

/// Takes the lines of a stream.
package protocol EventWriter<Subject>: AnyObject {
    associatedtype Subject: Sendable

    func write(_ record: EventRecord<Subject>)

    /// Passes on the lines written so far.
    func flush()
}

/// The outcome of the initial dump.
package struct InitialTable: Equatable, Sendable {
    /// Entries in it.
    package var entries: Int
    /// False if the dump was incomplete: a resync follows.
    package var isComplete: Bool

    package init(entries: Int, isComplete: Bool) {
        self.entries = entries
        self.isComplete = isComplete
    }
}

/// How an entry differs from what the stream reported.
package enum ResyncChange: String, Sendable, CaseIterable {
    case new, changed, gone

    /// The kind of event that would have reported it.
    package var kind: EventKind {
        switch self {
        case .new: .new
        case .changed: .update
        case .gone: .destroy
        }
    }
}

/// What is known at the start of the stream.
package struct EventStart: Sendable {
    /// When and where it began.
    package var origin: Origin
    /// The actual receive buffer, in bytes.
    package var buffer: Int
    /// The requested one, in bytes; the kernel grants twice as much if not limited.
    package var bufferAsked: Int
    /// `net.netfilter.nf_conntrack_events`; nil if it cannot be read.
    package var eventsSetting: Int?
    /// The kinds that are shown.
    package var kinds: [EventKind]
    /// Whether a loss is followed by a resync.
    package var resyncs: Bool

    /// Sizes in bytes.
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

/// A reported loss.
package struct LostEvents: Equatable, Sendable {
    /// Nil if the kernel did not report how many.
    package var messages: Int?
    /// When it was noticed.
    package var time: Moment
    /// How long until the resync may begin; nil if there will be none.
    package var resyncIn: Duration?

    package init(messages: Int?, time: Moment, resyncIn: Duration?) {
        self.messages = messages
        self.time = time
        self.resyncIn = resyncIn
    }
}

/// The outcome of a resync.
package struct Resync: Equatable, Sendable {
    /// Entries not reported by the stream.
    package var new = 0
    /// Entries that differ from what the stream reported.
    package var changed = 0
    /// Entries whose end the stream did not report.
    package var gone = 0
    /// False if events were lost again, or the dump was incomplete: another resync follows.
    package var isComplete = true
    /// When it ended.
    package var time: Moment

    package init(time: Moment) { self.time = time }
}

/// The totals of a stream.
package struct EventTally: Equatable, Sendable {
    /// NEW events shown.
    package var new = 0
    /// UPDATE events shown.
    package var update = 0
    /// DESTROY events shown.
    package var destroy = 0
    /// NEW events already covered by `initial` or a resync, and a DESTROY that the kernel repeats.
    package var doubles = 0
    /// Events received but not shown: of other kinds or entries than requested.
    package var hidden = 0
    /// Messages declared lost, if counted by the kernel.
    package var lost = 0
    /// Losses whose size the kernel did not report.
    package var uncountedLosses = 0
    /// Resyncs done.
    package var resyncs = 0
    /// Messages that could not be decoded.
    package var unread = 0

    package init() {}

    /// Events of all three kinds.
    package var shown: Int { new + update + destroy }

    /// Counts a shown event.
    package mutating func count(_ kind: EventKind) {
        switch kind {
        case .new: new += 1
        case .update: update += 1
        case .destroy: destroy += 1
        }
    }
}

extension EventStart {
    /// What users must know before waiting for events in vain, with the next step.
    package var warnings: [String] {
        var warnings: [String] = []
        if eventsSetting == 0 {
            warnings.append(
                "net.netfilter.nf_conntrack_events is 0, so new entries send no events: "
                    + "sysctl -w net.netfilter.nf_conntrack_events=1")
        }
        // The kernel doubles the requested size.
        if buffer < bufferAsked {
            warnings.append(
                "the receive buffer is \(buffer) bytes instead of the requested \(bufferAsked): "
                    + "raise net.core.rmem_max, or run as root in the initial user namespace")
        }
        return warnings
    }
}
