import Addresses
import Conntrack
import Inspection
import Netlink

/// Follows the conntrack table: a dump at the start, then the events, and another dump after a loss. The ledger decides what of this is
/// reported; this type ensures the order that the ledger needs.
package final class EventFollower<EntryLedger: StreamLedger> where EntryLedger.Subject: EventDecodable {
    package typealias Subject = EntryLedger.Subject

    package struct Settings {
        /// The kinds that are shown.
        package var kinds = Set(EventKind.allCases)
        /// Whether the initial table is shown.
        package var showsInitial = false
        /// Whether a loss is followed by a resync, for which the table is kept in memory.
        package var resyncs = true
        /// After how many events, and how long, the stream ends.
        package var limit: Int?
        package var duration: Duration?
        /// The approximate number of objects to follow, to reserve memory once.
        package var expected = 0
        /// Selects what is followed. Must not depend on anything that can change.
        package var follows: (Subject) -> Bool = { _ in true }
        /// Selects lines about what is followed, each by its own content.
        package var shows: (Subject) -> Bool = { _ in true }

        package init() {}
    }

    private let table: (_ each: (Subject) -> Void) throws(KernelError) -> Answer
    private let events: any EventSource
    private let settings: Settings
    private let clock: Clocks
    private let writer: any EventWriter<Subject>
    package private(set) var tally = EventTally()

    var ledger: EntryLedger?
    var buffer = EventBuffer()
    private var schedule = ResyncSchedule()
    private var lossesDeclared = 0
    /// When the last dump ended, until the ledger has settled.
    private var dumpEnd: Duration?
    private var isDrained = false

    /// How long it sleeps at most, to notice in time that the ledger can settle.
    private static var longestSleep: Duration { .milliseconds(200) }
    /// How long after its entry was inserted a NEW may be sent: as long as a CPU may be held up in between.
    private static var slowestEvent: Duration { .seconds(1) }

    package init(
        _ table: @escaping (_ each: (Subject) -> Void) throws(KernelError) -> Answer, _ events: any EventSource,
        _ settings: Settings, clock: Clocks = .system, to writer: any EventWriter<Subject>
    ) {
        self.table = table
        self.events = events
        self.settings = settings
        self.clock = clock
        self.writer = writer
        if settings.resyncs || settings.showsInitial { ledger = EntryLedger() }
        ledger?.expect(settings.expected)
    }

    /// Runs until its limits are reached, the waiter is stopped, or the reader of the output is gone.
    package func run(_ waiter: Waiter) throws(KernelError) {
        if ledger != nil { try takeInitial() }
        while !waiter.isStopped, !isOver {
            if schedule.isDue(at: clock.elapsed()) {
                try resync()
            } else {
                if isDrained, try waiter.wait(for: [events.descriptor], upTo: longestWait) == .readerGone { return }
                try receiveBatch()
                settleLedger()
            }
        }
        writer.write(.end(tally, clock.wall()))
        writer.flush()
    }

    private var isOver: Bool {
        if let limit = settings.limit, tally.shown >= limit { return true }
        return settings.duration.map { clock.elapsed() >= $0 } ?? false
    }

    private var longestWait: Duration {
        let now = clock.elapsed()
        let rest = settings.duration.map { max($0 - now, .zero) } ?? Self.longestSleep
        return min(Self.longestSleep, rest, schedule.wait(at: now) ?? Self.longestSleep)
    }

    private func receiveBatch() throws(KernelError) {
        let received = clock.wall()
        let reading = try events.receive { take($0, receivedAt: received) }
        isDrained = reading.isDrained
        if let loss = reading.loss { declare(loss) }
        if reading != EventReading(isDrained: true) { writer.flush() }
    }

    private func settleLedger() {
        guard isDrained, let end = dumpEnd, clock.elapsed() - end > Self.slowestEvent else { return }
        dumpEnd = nil
        if settings.resyncs { ledger?.settle() } else { ledger = nil }
    }
}

// MARK: - Events
extension EventFollower {
    private func take(_ datagram: RawSpan, receivedAt received: Moment) {
        do throws(DecodeError) {
            try Subject.events(in: datagram, receivedAt: received, tell) { _ in tally.unread += 1 }
        } catch {
            tally.unread += 1
        }
    }

    private func tell(_ event: Event<Subject>) {
        if let limit = settings.limit, tally.shown >= limit { return }
        guard settings.follows(event.subject) else {
            tally.hidden += 1
            return
        }
        var kind: EventKind? = event.kind
        if ledger != nil { kind = ledger?.take(event.kind, event.subject) ?? nil }
        guard let kind else {
            tally.doubles += 1
            return
        }
        guard settings.kinds.contains(kind), settings.shows(event.subject) else {
            tally.hidden += 1
            return
        }
        tally.count(kind)
        writer.write(.event(Event(kind, event.subject, time: event.time, received: event.received, port: event.port)))
    }

    private func declare(_ loss: EventLoss) {
        lossesDeclared += 1
        if let messages = loss.messages { tally.lost += messages } else { tally.uncountedLosses += 1 }
        let wait = settings.resyncs ? schedule.lose(at: clock.elapsed()) : nil
        writer.write(.lost(LostEvents(messages: loss.messages, time: clock.wall(), resyncIn: wait)))
    }
}

// MARK: - Dumps
extension EventFollower {
    /// How many dumped entries are read between two checks for events: a datagram holds one or two hundred.
    private static var entriesBetweenLooks: Int { 64 }

    private func takeInitial() throws(KernelError) {
        var entries = 0
        let losses = lossesDeclared
        let isWhole = try dump { entry in
            guard ledger?.see(entry, isTold: settings.showsInitial) == .new, settings.shows(entry) else { return }
            entries += 1
            if settings.showsInitial { writer.write(.initial(entry)) }
        }
        if !isWhole, settings.resyncs { _ = schedule.lose(at: clock.elapsed()) }
        let initial = InitialTable(entries: entries, isComplete: isWhole && lossesDeclared == losses)
        writer.write(.live(initial, clock.wall()))
        try catchUp()
    }

    private func resync() throws(KernelError) {
        // What was queued before a loss is older than the dump, and must not be processed after it.
        repeat { try receiveBatch() } while !isDrained
        let begin = clock.elapsed()
        let losses = lossesDeclared
        schedule.begin()
        var outcome = Resync(time: clock.wall())
        let time = outcome.time
        let isWhole = try dump { entry in
            switch ledger?.see(entry, isTold: true) {
            case .new?:
                outcome.new += 1
                tell(.new, entry, time)
            case .changed?:
                outcome.changed += 1
                tell(.changed, entry, time)
            case .known?, .dying?, nil: break
            }
        }
        try catchUp()
        if isWhole {
            ledger?.endDump { entry in
                outcome.gone += 1
                tell(.gone, entry, time)
            }
        }
        outcome.isComplete = isWhole && lossesDeclared == losses
        outcome.time = clock.wall()
        tally.resyncs += 1
        schedule.end(at: clock.elapsed(), took: clock.elapsed() - begin, isComplete: outcome.isComplete)
        writer.write(.resynced(outcome))
        writer.flush()
    }

    private func tell(_ change: ResyncChange, _ entry: Subject, _ time: Moment) {
        // Little is known about a deleted object.
        if settings.kinds.contains(change.kind), change == .gone || settings.shows(entry) {
            writer.write(.resync(change, entry, time))
        }
    }

    /// Reads the table, and holds back events that arrive during it.
    ///
    /// - Returns: whether it was complete.
    private func dump(_ see: (Subject) -> Void) throws(KernelError) -> Bool {
        ledger?.beginDump()
        var count = 0
        var failure: KernelError?
        var isWhole = false
        do throws(KernelError) {
            let answer = try table { entry in
                count += 1
                if count.isMultiple(of: Self.entriesBetweenLooks) {
                    do throws(KernelError) { try holdBack() } catch { failure = failure ?? error }
                }
                if settings.follows(entry) { see(entry) }
            }
            isWhole = answer.isWhole
        } catch {
            // Interrupted by the user, it ends with what there is.
            if error.cause != .lost, error.cause != .stopped { throw error }
        }
        if let failure { throw failure }
        return isWhole
    }

    private func holdBack() throws(KernelError) {
        while !buffer.isFull {
            let received = clock.wall()
            let reading = try events.receive { buffer.add($0, receivedAt: received) }
            if let loss = reading.loss { declare(loss) }
            if reading.isDrained { return }
        }
    }

    /// Processes what was held back, and what is still in the socket: everything sent before the end of the dump.
    private func catchUp() throws(KernelError) {
        buffer.empty { take($0, receivedAt: $1) }
        repeat { try receiveBatch() } while !isDrained
        dumpEnd = clock.elapsed()
        writer.flush()
    }
}
