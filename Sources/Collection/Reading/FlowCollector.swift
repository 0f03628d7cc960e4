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
    private var lastReadingTook = Duration.zero
    private var connectionsAt: Moment?

    package let wantsWholeTable: Bool
    private let namesRules: Bool

    /// - Parameters:
    ///   - events: subscribed to NEW; nil to watch none.
    ///   - keepsEntries: whether flows have their whole entry, not only its state.
    ///   - wantsWholeTable: whether the whole table is requested, as a capture must contain it.
    ///   - namesRules: whether rules that rewrote packets may be read.
    /// - Throws: `.absent` if there is no IPVS.
    package init(
        _ kernel: any KernelSource, events: (any EventSource)? = nil, keepsEntries: Bool = false,
        wantsWholeTable: Bool = false, namesRules: Bool = true, progress: ReadingProgress = ReadingProgress(),
        clock: Clocks = .system
    ) throws(KernelError) {
        self.kernel = kernel
        self.events = events.map { EntryEventStream($0) }
        self.clock = clock
        self.wantsWholeTable = wantsWholeTable
        self.namesRules = namesRules
        reading = progress
        store = FlowStore(keepsEntries: keepsEntries, keepsTemplates: true)
        director = try Director(kernel)
        if events != nil { beginWatch() }
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

    /// Reads everything once. If the user wants no more, and there was an earlier reading, only if that takes no time to speak of.
    package func snapshot() throws(KernelError) -> FlowSnapshot {
        defer { reading.end() }
        var policy = DirectorReader.Policy.whole
        policy.namesRules = namesRules
        // An entry that lacked a connection in an earlier reading, too, is an orphan anyway.
        if events != nil, lastReadingTook > Self.quick { policy.settlesOrphans = false }
        let isProvable = store.knowsOlder
        var losses: [Loss] = []
        if !kernel.isStopped || store.readings == 0 {
            try read(policy)
        } else if lastReadingTook < Self.instant {
            try kernel.withoutStopping { () throws(KernelError) in try read(policy) }
        } else {
            losses.append(Loss("flows since the last reading", "reading was interrupted"))
        }
        losses += outcome.losses
        if span != nil, !isProvable, proof != nil, !kernel.isStopped { losses.append(unprovable) }
        var snapshot = FlowSnapshot(
            kernel.origin, sysctls: read.sysctls, services: read.services,
            report: FlowReport(store, read.sysctls, proof: proof), losses: losses + eventLosses,
            connections: outcome.connections)
        snapshot.eventLosses = eventLosses.count
        snapshot.connectionsAt = connectionsAt
        return snapshot
    }

    private static let quick = Duration.seconds(1)
    private static let instant = Duration.milliseconds(150)

    private func read(_ policy: DirectorReader.Policy) throws(KernelError) {
        let start = clock.elapsed()
        try DirectorReader(kernel, policy).read(into: self)
        lastReadingTook = clock.elapsed() - start
    }

    // MARK: NEW events

    private func beginWatch() {
        watchedFrom = clock.wall()
        store.beginWatch(at: second)
    }

    /// For how long NEW events are watched before the only snapshot; nil if there are many.
    private var span: Duration?

    /// Reads what exists already, as far as there is time for it: connections that begin after that, and only they, began during the watch.
    /// Twice, since the kernel may skip a row if one before it disappears while the file is read (`ip_vs_conn_array` counts rows from the
    /// beginning).
    package func learnOlder(within span: Duration) throws(KernelError) { try learnOlder(until: clock.elapsed() + span) }

    private func learnOlder(until end: Duration) throws(KernelError) {
        while !store.knowsOlder, !store.needsWatch, case let left = end - clock.elapsed(), left > lastReadingTook,
            !kernel.isStopped
        {
            var policy = DirectorReader.Policy.beforehand
            policy.bound = left
            try read(policy)
            // What cannot be read to its end tells nothing, however often it is read.
            if !outcome.connections.isWhole { break }
        }
        reading.end()
    }

    /// Watches NEW events for a while, before the snapshot; if events were lost, starts a new watch.
    ///
    /// - Returns: false if it was interrupted, or the reader of the output is gone.
    @discardableResult
    package func watch(for span: Duration, _ waiter: Waiter) throws(KernelError) -> Bool {
        self.span = span
        let end = clock.elapsed() + span
        while true {
            try learnOlder(until: end)
            guard try wait(until: end, waiter, whileWhole: true) else { return false }
            if clock.elapsed() >= end { return true }
            // Losses may come because reading leaves no time for events.
            let pause = min(end, clock.elapsed() + ReadingPace.rest(after: lastReadingTook))
            guard try wait(until: pause, waiter, whileWhole: false) else { return false }
            beginWatch()
        }
    }

    /// Waits while NEW events are watched, between two of many snapshots; if events were lost, starts a new watch.
    ///
    /// - Returns: false if it was interrupted, or the reader of the output is gone.
    package func wait(for span: Duration, _ waiter: Waiter) throws(KernelError) -> Bool {
        let end = clock.elapsed() + span
        while events != nil, clock.elapsed() < end {
            guard try wait(until: end, waiter, whileWhole: true) else { return false }
            if store.needsWatch { beginWatch() }
        }
        return !waiter.isStopped
    }

    /// - Parameter whileWhole: whether it ends early when events were lost.
    private func wait(until end: Duration, _ waiter: Waiter, whileWhole: Bool) throws(KernelError) -> Bool {
        guard let events else { return true }
        while clock.elapsed() < end, !whileWhole || !store.needsWatch {
            if waiter.isStopped { return false }
            let rest = min(end - clock.elapsed(), .milliseconds(200))
            if try waiter.wait(for: [events.descriptor], upTo: rest) == .readerGone { return false }
            try settle()
        }
        return true
    }

    /// What had to be known before the snapshot is not.
    private var unprovable: Loss {
        let why = "IPVS's connections could not be read twice before, so none is known to have begun since"
        guard outcome.connections.isWhole else {
            return Loss("the verdict never", "\(why); reading them takes longer than --max-read-time")
        }
        let seconds = max(1, Int((lastReadingTook / .seconds(1)).rounded(.up))) * 3
        return Loss("the verdict never", "\(why); watch for longer: --for \(seconds)s")
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

    package func begin(
        _ services: [Service], _ sysctls: Sysctls, localAddresses: Set<IPAddress>, absence: KernelError?
    ) {
        read = (services, sysctls)
        connectionsAt = kernel.lastAnswered
        store.begin(services, at: second, FlowContext(sysctls, localAddresses: localAddresses))
    }

    package func take(_ connections: [Connection]) { store.take(connections) }
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
