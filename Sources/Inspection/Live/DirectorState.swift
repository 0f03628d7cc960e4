import Addresses
import Conntrack
import Firewall
import IPVS

/// What is known of a director that is read again and again: its flows, services and rates, the table's health, what was lost, what
/// observing packets has shown, and what is wrong. Pure: whoever reads the director passes in what came, and when.
package struct DirectorState: Sendable {
    /// The wall clock at the last `tick`.
    package internal(set) var now = Moment(nanoseconds: 0)
    /// Time since the start at the last `tick`, by a monotonic clock.
    package internal(set) var elapsed = Duration.zero

    package internal(set) var store = FlowStore()
    package internal(set) var services: [Service] = []
    package internal(set) var sysctls = Sysctls()
    /// Why there is no IPVS; nil if it is present.
    package internal(set) var absence: String?
    package internal(set) var traffic = TrafficHistory()
    package internal(set) var health = TableHealth()
    package internal(set) var history = DirectorHistory()
    package internal(set) var reading = ReadingStatus()
    package private(set) var events = EventStatus()
    package internal(set) var observation = ObservationStatus()
    /// Individual packets that an observation has seen.
    package private(set) var timeline = PacketTimeline()
    package internal(set) var checks = CheckStatus()
    /// The network between the director and its real servers; nil before it was read.
    package private(set) var network: Fact<NetworkFacts>?
    /// What is wrong according to the last reading, observation, statistics and checks, worst first.
    package internal(set) var findings: [Finding] = []
    package var cost: OwnCost?

    private var turnover = EntryTurnover()
    /// The flows of the last reading.
    private var tally: FlowTally?
    /// Packets of unknown flows: the next reading may show those.
    private var strays: [SeenPacket] = []
    private static let mostStrays = 1000

    package init() {}

    package mutating func tick(_ now: Moment, elapsed: Duration) {
        self.now = now
        self.elapsed = elapsed
    }

    /// Whole seconds since the start.
    package var second: UInt32 { UInt32(clamping: elapsed.components.seconds) }

    // MARK: A reading, in the order that `FlowStore` asks for

    /// - Parameters:
    ///   - localAddresses: this host's own, as far as they are known.
    ///   - absence: why there is no IPVS.
    package mutating func begin(
        _ services: [Service], _ sysctls: Sysctls, localAddresses: Set<IPAddress> = [], absence: String? = nil
    ) {
        self.absence = absence
        self.services = services
        self.sysctls = sysctls
        reading.rows = 0
        reading.isRunning = true
        store.begin(services, at: second, FlowContext(sysctls, localAddresses: localAddresses))
    }

    package mutating func take(_ connections: [Connection]) {
        reading.rows &+= connections.count
        store.take(connections)
    }

    package mutating func endConnections(isWhole: Bool) { store.endConnections(isWhole: isWhole) }

    package mutating func beginEntries() { store.beginEntries() }

    package mutating func take(_ entry: Entry) {
        reading.rows &+= 1
        store.take(entry)
    }

    package mutating func endEntries(isWhole: Bool) { store.endEntries(isWhole: isWhole) }

    /// Looking again for single flows is between the reader and the store.
    package mutating func withStore<Value>(_ body: (inout FlowStore) -> Value) -> Value { body(&store) }

    /// Settles verdicts, a slice at a time, before `finish` does the rest.
    ///
    /// - Parameter took: the duration of the reading.
    /// - Returns: whether all are settled.
    package mutating func goOnSettling(_ rows: Int, took: Duration) -> Bool {
        if store.settling == nil {
            store.beginFinish(took: UInt32(clamping: took.components.seconds), orphansAreKnown: false)
        }
        return store.goOnFinishing(rows)
    }

    /// - Parameters:
    ///   - took: its duration, without the time for which the program was stopped.
    ///   - pause: how long nothing is read afterwards.
    ///   - losses: what was read incompletely.
    ///   - connections: how many of them were read.
    package mutating func finish(
        took: Duration, pause: Duration, losses: [Loss], connections: ConnectionExtent = ConnectionExtent()
    ) {
        if store.isReading { store.finish(took: UInt32(clamping: took.components.seconds)) }
        for packet in strays { _ = note(packet) }
        strays = []
        reading.finished = second
        (reading.took, reading.pause) = (took, pause)
        reading.time = now
        reading.losses = losses + storeLosses
        reading.connections = connections
        reading.trouble = nil
        reading.isRunning = false
        traffic.take(services, sysctls)
        history.take(sample, at: Int(second))
        tally = FlowTally(store)
        renewFindings()
    }

    /// The reading failed: what was known before still holds.
    package mutating func fail(because why: String) {
        reading.trouble = why
        reading.isRunning = false
    }

    /// The rest of the reading is no longer wanted.
    package mutating func abandonReading() { reading.isRunning = false }

    private var storeLosses: [Loss] {
        store.isOverfull
            ? [Loss("the verdict never", "more NEW events came between two readings than can be held")] : []
    }

    // MARK: Events

    /// Every NEW event is delivered from now on.
    package mutating func beginWatch() {
        store.beginWatch(at: second)
        turnover.begin()
    }

    /// NEW events may be missing from now on.
    package mutating func endWatch() {
        store.loseEvents()
        turnover.end()
    }

    package mutating func take(_ event: Event<Entry>) {
        guard event.kind == .new else { return }
        store.takeNew(event.subject, at: second)
        turnover.take()
    }

    /// - Parameter messages: how many were lost; nil if the kernel does not say.
    package mutating func loseEvents(messages: Int?) {
        endWatch()
        events.losses += 1
        events.lostMessages += messages ?? 0
        events.isResyncing = true
    }

    /// A reading after the loss has ended.
    package mutating func endResync() {
        events.isResyncing = false
        events.resyncs += 1
    }

    /// What is known now.
    private var sample: DirectorHistory.Sample {
        var sample = DirectorHistory.Sample()
        sample[.fill] = health.statistics?.fill
        sample[.connections] = absence == nil ? Double(store.counts.connections) : nil
        (sample[.created], sample[.destroyed]) = (turnover.created, turnover.destroyed)
        let lost = [StatisticsCounter.drop, .earlyDrop, .insertFailed].compactMap { health.change?.rate($0) }
        sample[.refused] = lost.isEmpty ? nil : lost.reduce(0, +)
        guard observation.last != nil, observation.trouble == nil else { return sample }
        let observed = observation.rates.all
        for series in DirectorHistory.Series.allCases {
            if let state = series.ctstate { sample[series] = observed.states[state] ?? 0 }
        }
        sample[.dropped] = observed.dropped
        return sample
    }

    // MARK: Health and packets

    /// - Parameter isCaughtUp: whether all events until now were taken.
    package mutating func take(_ statistics: TableStatistics, isCaughtUp: Bool = true) {
        health.take(statistics, at: elapsed)
        turnover.take(entries: statistics.entries, at: elapsed, isCaughtUp: isCaughtUp)
        renewFindings()
    }

    package mutating func take(_ report: CheckReport) {
        checks = CheckStatus(report: report)
        renewFindings()
    }

    /// What they said before still holds.
    package mutating func missChecks(because why: String) { checks.trouble = why }

    package mutating func take(_ network: Fact<NetworkFacts>) { self.network = network }

    package mutating func missStatistics(because why: String) { health.miss(because: why) }

    /// - Parameter took: how long reading the counters took.
    package mutating func take(_ observation: Observation, took: Duration) {
        self.observation.take(observation, took: took)
        renewFindings()
    }

    /// - Parameter trouble: why it could not start, or ended; nil if it was no longer wanted.
    package mutating func endObservation(because trouble: String?) {
        // What was counted before a failure remains true.
        if trouble == nil { observation = ObservationStatus() }
        observation.trouble = trouble
        renewFindings()
    }

    /// Findings are about packets from now on.
    package mutating func restartWindow() {
        observation.restartWindow()
        renewFindings()
    }

    package mutating func show(_ span: ObservationSpan) {
        observation.show(span)
        renewFindings()
    }

    package mutating func take(_ packet: SeenPacket) {
        if !note(packet), strays.count < Self.mostStrays { strays.append(packet) }
    }

    private mutating func note(_ packet: SeenPacket) -> Bool {
        guard let key = store.note(packet.headers, packet.ctstate, isDropped: packet.isDropped) else { return false }
        if let mark = packet.mark { timeline.add(mark, to: key) }
        return true
    }

    /// First what packets met: the director's own, and those of a trial.
    private mutating func renewFindings() {
        let checked = checks.report?.findings ?? []
        var ofFlows: [Finding] = []
        if let tally, absence == nil {
            ofFlows =
                FlowFindings(
                    tally, services, sysctls, quietFor: observation.window?.quietSeconds, extent: reading.connections
                ).all
        }
        findings = .joining([
            observation.window?.findings ?? [], checked.filter(\.isOfTrial), ofFlows,
            health.statistics?.findings(since: health.change) ?? [], checked.filter { !$0.isOfTrial },
        ])
    }
}

/// The state of the readings: their age, cost, and problems.
package struct ReadingStatus: Sendable {
    /// When the last reading finished, in seconds since the start; nil before the first.
    package internal(set) var finished: UInt32?
    /// The same by the wall clock.
    package internal(set) var time: Moment?
    /// Its duration, and the pause before the next one.
    package internal(set) var took = Duration.zero
    package internal(set) var pause = Duration.zero
    package internal(set) var losses: [Loss] = []
    package internal(set) var connections = ConnectionExtent()
    package internal(set) var isRunning = false
    /// Connections and entries that the running reading has seen.
    package internal(set) var rows = 0
    /// Why the last attempt to read failed.
    package internal(set) var trouble: String?
}

/// Losses of events, and the readings that recovered them.
package struct EventStatus: Sendable {
    package internal(set) var losses = 0
    package internal(set) var lostMessages = 0
    package internal(set) var resyncs = 0
    /// A loss has not been recovered by a reading yet.
    package internal(set) var isResyncing = false
}

/// The state of packet observation.
package struct ObservationStatus: Sendable {
    /// Since counting began.
    package private(set) var last: Observation?
    /// The part of it that findings are about.
    package private(set) var window: Observation?
    package var span: ObservationSpan { windows.span }
    private var windows = ObservationWindow()
    package private(set) var rates = ObservationRates()
    /// What came between the last two readings of the counters; nil after the first.
    private(set) var recent: Observation?
    /// How long the last reading of the counters took.
    package private(set) var cost = Duration.zero
    /// Why it could not start, or ended.
    package internal(set) var trouble: String?
    /// What a record tells of the last minute; nil if no packets were observed then.
    package private(set) var recorded: RecordedLosses?

    mutating func show(recorded losses: RecordedLosses?) { recorded = losses }

    mutating func take(_ observation: Observation, took: Duration) {
        rates.take(observation, after: last)
        recent = last.flatMap { $0.from == observation.from ? observation.since($0) : nil }
        last = observation
        windows.take(observation)
        window = windows.part(of: observation)
        cost = took
        trouble = nil
    }

    mutating func restartWindow() {
        windows.restart(at: last)
        window = last.map(windows.part)
    }

    mutating func show(_ span: ObservationSpan) {
        windows.span = span
        if span == .sinceStart { windows.restart(at: nil) }
        window = last.map(windows.part)
    }
}

/// What watching costs this machine, besides the kernel's own work.
package struct OwnCost: Equatable, Sendable {
    /// Nil before enough time has passed to measure it.
    package var share: Share?
    /// Bytes of memory in use.
    package var resident: UInt64

    package init(_ share: Share?, resident: UInt64) {
        self.share = share
        self.resident = resident
    }

    /// Shares of one CPU in the last second or more, the start of the program not included.
    package struct Share: Equatable, Sendable {
        package var user: Double
        package var system: Double

        package init(user: Double, system: Double) {
            self.user = user
            self.system = system
        }
    }
}
