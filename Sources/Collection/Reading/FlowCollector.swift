import Addresses
import Conntrack
import IPVS
import Inspection
import Netlink

/// Reads a director for `flows`, once or repeatedly, and watches NEW events in between for the verdict `never`.
package final class FlowCollector: ReadingSink {
    private let kernel: any KernelSource
    package let director: Director
    private let events: EntryEventStream?
    private let clock: Clocks
    private let reading: ReadingProgress
    private var store: FlowStore
    private var read: (services: [Service], sysctls: Sysctls) = ([], Sysctls())
    private var outcome = ReadOutcome(seconds: 0, orphansAreKnown: false, losses: [])
    /// When watching NEW events began.
    private var watchedFrom = Moment(nanoseconds: 0)
    /// Events lost since the beginning, in words.
    private var eventLosses: [Loss] = []

    package let wantsWholeTable: Bool

    /// - Parameters:
    ///   - events: subscribed to NEW; nil to watch none.
    ///   - keepsEntries: whether flows have their whole entry, not only its state.
    ///   - wantsWholeTable: whether the whole table is requested, as a capture must contain it.
    /// - Throws: `.absent` if there is no IPVS.
    package init(
        _ kernel: any KernelSource, events: (any EventSource)? = nil, keepsEntries: Bool = false,
        wantsWholeTable: Bool = false, progress: ReadingProgress = ReadingProgress(), clock: Clocks = .system
    ) throws(KernelError) {
        self.kernel = kernel
        self.events = events.map { EntryEventStream($0) }
        self.clock = clock
        self.wantsWholeTable = wantsWholeTable
        reading = progress
        store = FlowStore(keepsEntries: keepsEntries, keepsTemplates: true)
        director = try Director(kernel)
        if events != nil { try beginWatch() }
    }

    /// The services alone, without flows.
    package func servicesSnapshot() throws(KernelError) -> FlowSnapshot {
        var losses: [Loss] = []
        let services = try DirectorReader.services(of: director, attempts: Table.attempts, &losses)
        let sysctls = Sysctls(ofFlowsIn: kernel)
        return FlowSnapshot(
            kernel.origin, sysctls: sysctls, services: services,
            report: FlowReport(FlowStore(), sysctls),
            losses: losses + sysctls.losses)
    }

    package func snapshot() throws(KernelError) -> FlowSnapshot {
        defer { reading.end() }
        try DirectorReader(kernel, .whole).read(into: self)
        return FlowSnapshot(
            kernel.origin, sysctls: read.sysctls, services: read.services,
            report: FlowReport(store, read.sysctls, proof: proof), losses: outcome.losses + eventLosses,
            connections: outcome.connections)
    }

    // MARK: NEW events

    /// Reads what exists already: connections that begin after this, and only they, began during the watch. Reads twice, since the kernel
    /// may skip a row if one before it disappears while the file is read (`ip_vs_conn_array` counts rows from the beginning).
    private func beginWatch() throws(KernelError) {
        watchedFrom = clock.wall()
        store.beginWatch(at: second)
        for _ in 0..<NewEventWatch.readingsToKnow {
            try DirectorReader(kernel, .beforehand).read(into: self)
            eventLosses += outcome.losses.map { Loss("\($0.what), before NEW events were watched", $0.why) }
        }
    }

    /// Waits while NEW events are watched; if events were lost, starts a new watch.
    ///
    /// - Returns: false if it was interrupted, or the reader of the output is gone.
    package func wait(for span: Duration, _ waiter: Waiter) throws(KernelError) -> Bool {
        guard let events else { return true }
        let end = clock.elapsed() + span
        while clock.elapsed() < end {
            if waiter.isStopped { return false }
            let rest = min(end - clock.elapsed(), .milliseconds(200))
            if try waiter.wait(for: [events.descriptor], upTo: rest) == .readerGone { return false }
            try settle()
            if store.needsWatch { try beginWatch() }
        }
        return true
    }

    private var proof: NewEventProof? {
        guard events != nil, let evidence = store.evidence else { return nil }
        return NewEventProof(from: watchedFrom, to: clock.wall(), events: evidence.events)
    }

    /// Takes the NEW events that have arrived.
    package func settle() throws(KernelError) {
        _ = try events?.drain(at: { Moment(nanoseconds: 0) }) { item in
            switch item {
            case .event(let event): if event.kind == .new { store.takeNew(event.subject, at: second) }
            case .lost(_, let why): lose(why)
            }
        }
    }

    private func lose(_ why: String) {
        store.loseEvents()
        eventLosses.append(Loss("NEW events, so that watching them began again", why))
    }

    // MARK: A reading

    private var second: UInt32 { UInt32(clamping: clock.elapsed().components.seconds) }

    package func begin(_ services: [Service], _ sysctls: Sysctls, absence: KernelError?) {
        read = (services, sysctls)
        store.begin(services, at: second)
    }

    package func take(_ connection: Connection) { store.take(connection) }
    package func endConnections(isWhole: Bool) { store.endConnections(isWhole: isWhole) }
    package func beginEntries() { store.beginEntries() }
    package func take(_ entry: Entry, _ message: RawSpan) {
        store.take(entry, store.keepsEntries ? message : RawSpan())
    }
    package func endEntries(isWhole: Bool) { store.endEntries(isWhole: isWhole) }
    package func withStore<Value>(_ body: (inout FlowStore) -> Value) -> Value { body(&store) }
    package func progress(_ text: @autoclosure () -> String, at count: Int) { reading.show(text(), at: count) }

    package func finish(_ outcome: ReadOutcome) {
        self.outcome = outcome
        store.finish(took: outcome.seconds, orphansAreKnown: outcome.orphansAreKnown)
    }
}
