import Conntrack
import IPVS
import Inspection
import Netlink
import SystemPackage

/// Reads a director for `flows`, once or again and again, and watches NEW events in between for the verdict `never`.
final class FlowCollector: ReadingSink {
    private let kernel: any KernelSource
    let director: Director
    private let events: (any EventSource)?
    private let clock: EventClock
    private let progressLine = Progress()
    private var board: FlowBoard
    private var read: (services: [Service], sysctls: Sysctls) = ([], Sysctls())
    private var outcome = ReadOutcome(seconds: 0, orphansAreKnown: false, losses: [])
    /// When the NEW events began to be watched.
    private var watchedFrom = Moment(nanoseconds: 0)
    /// Events lost since the beginning, in words.
    private var eventLosses: [Loss] = []

    /// Whole entries are wanted where they are printed or recorded.
    let wantsWholeTable: Bool

    /// - Parameters:
    ///   - events: subscribed to NEW; nil to watch none.
    ///   - recordsAll: whether the whole table is asked for, whatever is a flow's.
    /// - Throws: `.absent` when there is no IPVS to look at.
    init(
        _ kernel: any KernelSource, events: (any EventSource)? = nil, keepsEntries: Bool = false,
        recordsAll: Bool = false, clock: EventClock = .system
    ) throws(KernelError) {
        self.kernel = kernel
        self.events = events
        self.clock = clock
        wantsWholeTable = recordsAll
        board = FlowBoard(keepsEntries: keepsEntries, keepsTemplates: true)
        director = try Director(kernel)
        if events != nil { try beginWatch() }
    }

    /// The services alone, without flows.
    func servicesPicture() throws(KernelError) -> Picture {
        var losses: [Loss] = []
        let services = try DirectorReader.services(of: director, attempts: Table.attempts, &losses)
        let sysctls = DirectorReader.sysctls(from: kernel)
        return Picture(
            SnapshotOrigin(kernel.origin), sysctls: sysctls, services: services,
            report: FlowReport(FlowBoard(), sysctls),
            losses: losses + sysctls.losses)
    }

    func picture() throws(KernelError) -> Picture {
        defer { progressLine.end() }
        try DirectorReader(kernel: kernel, policy: .whole).read(into: self)
        return Picture(
            SnapshotOrigin(kernel.origin), sysctls: read.sysctls, services: read.services,
            report: FlowReport(board, read.sysctls, proof: proof), losses: outcome.losses + eventLosses)
    }

    // MARK: NEW events

    /// Reads what is there: connections that begin after this, and only they, began during the watch. Twice, since a row may be passed
    /// over when one before it goes while the file is read (`ip_vs_conn_array` counts rows from the beginning).
    private func beginWatch() throws(KernelError) {
        watchedFrom = clock.wall()
        board.beginWatch(at: second)
        for _ in 0..<BoardWatch.readingsToKnow {
            try DirectorReader(kernel: kernel, policy: .beforehand).read(into: self)
            eventLosses += outcome.losses.map { Loss("\($0.what), before NEW events were watched", $0.why) }
        }
    }

    /// Waits while NEW events are watched; where that proves nothing any more, it begins again.
    ///
    /// - Returns: false when it was interrupted, or nobody reads the output any more.
    func wait(for span: Duration, isStopped: () -> Bool) throws(KernelError) -> Bool {
        guard let events else { return true }
        let end = clock.elapsed() + span
        while clock.elapsed() < end {
            if isStopped() { return false }
            let rest = min(end - clock.elapsed(), .milliseconds(200))
            if try events.wait(upTo: rest, output: .standardOutput) == .readerGone { return false }
            try settle()
            if board.needsWatch { try beginWatch() }
        }
        return true
    }

    private var proof: NewEventProof? {
        guard events != nil, let evidence = board.evidence else { return nil }
        return NewEventProof(from: watchedFrom, to: clock.wall(), events: evidence.events)
    }

    /// Takes the NEW events that have come.
    func settle() throws(KernelError) {
        guard let events else { return }
        var reading = EventReading()
        repeat {
            var damage: DecodeError?
            reading = try events.receive { datagram in
                do throws(DecodeError) {
                    try Entry.events(in: datagram, receivedAt: Moment(nanoseconds: 0)) { event in
                        if event.kind == .new { board.takeNew(event.subject, at: second) }
                    }
                } catch {
                    damage = error
                }
            }
            if let damage { lose("a message could not be read: \(damage)") }
            if let loss = reading.loss {
                lose(loss.messages.map { "\($0) were lost (ENOBUFS)" } ?? "some were lost (ENOBUFS)")
            }
        } while !reading.isDrained
    }

    private func lose(_ why: String) {
        board.loseEvents()
        eventLosses.append(Loss("NEW events, so that watching them began again", why))
    }

    // MARK: A reading

    private var second: UInt32 { UInt32(clamping: clock.elapsed().components.seconds) }

    func begin(_ services: [Service], _ sysctls: Sysctls, absence: KernelError?) {
        read = (services, sysctls)
        board.begin(services, at: second)
    }

    func take(_ connection: Connection) { board.take(connection) }
    func endConnections(isWhole: Bool) { board.endConnections(isWhole: isWhole) }
    func beginEntries() { board.beginEntries() }
    func take(_ entry: Entry, _ message: RawSpan) { board.take(entry, board.keepsEntries ? message : RawSpan()) }
    func endEntries(isWhole: Bool) { board.endEntries(isWhole: isWhole) }
    func withBoard<Value>(_ body: (inout FlowBoard) -> Value) -> Value { body(&board) }
    func progress(_ text: @autoclosure () -> String, at count: Int) { progressLine.show(text(), at: count) }

    func finish(_ outcome: ReadOutcome) {
        self.outcome = outcome
        board.finish(took: outcome.seconds, orphansAreKnown: outcome.orphansAreKnown)
    }
}
