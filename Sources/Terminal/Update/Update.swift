import Conntrack
import Firewall
import IPVS
import Inspection

/// Applies an event to the model. Pure: the same model and event give the same model and effects.
///
/// - Returns: what the loop has to do.
package func update(_ model: inout Model, _ event: ScreenEvent) -> [Effect] {
    switch event {
    case .input(.key(let key)): return model.press(key)
    case .input(.mouse(let mouse)): return model.point(mouse)
    case .resized(let size):
        model.size = size
    case .tick(let now, let elapsed):
        model.now = now
        model.elapsed = elapsed
        return []
    case .said(let sentence):
        model.notice = sentence
        return []
    case .event, .lost, .watchBegan, .watchEnded: model.takeEvent(event)
    case .statistics(let statistics, let change):
        model.health.take(statistics, since: change)
        model.renewFindings()
    case .statisticsMissing(let why): model.health.absence = why
    case .cost(let cost): model.health.cost = cost
    case .observed, .observationFailed, .sample, .traced: model.takeObservation(event)
    default: model.takeReading(event)
    }
    if event.changesLayout { model.keepListsInPlace() }
    return []
}

extension Model {
    /// What has to be read for what is shown.
    package var demand: Demand {
        var demand = Demand()
        demand.reads = !isFrozen && !isCapture
        demand.observes = observing.isWanted
        if tab == .table { demand.entries = table.filter }
        if tab == .flows, flows.isDetailed, !isFrozen { demand.examines = flows.selectedKey }
        demand.eventKinds.insert(.new)
        if events.isWanted { demand.eventKinds.formUnion(EventKind.allCases) }
        return demand
    }

    // MARK: Readings

    mutating func takeReading(_ event: ScreenEvent) {
        if case .began = event { reading.isIgnored = isFrozen && !isCapture }
        if reading.isIgnored { return takeIgnored(event) }
        switch event {
        case .director(let absence): reading.absence = absence
        case .began(let services, let sysctls):
            reading.sysctls = sysctls
            reading.rows = 0
            reading.isRunning = true
            self.services.take(services, at: elapsed)
            flows.store.begin(services, at: second)
            table.begin(isShown: tab == .table)
        case .connectionsEnded(let isWhole): flows.store.endConnections(isWhole: isWhole)
        case .entriesEnded(let isWhole):
            flows.store.endEntries(isWhole: isWhole)
            let followed = table.followed
            if table.end(isWhole: isWhole) { table.arrange(page: page, selecting: followed) }
        case .finished(let outcome): finish(outcome)
        case .failed(let why):
            reading.trouble = why
            reading.isRunning = false
        case .examined(let key, let entry): flows.examined = (key, entry)
        default: break
        }
    }

    /// A row of the running reading. These are no events: there may be a million.
    package mutating func take(_ connection: Connection) {
        if reading.isIgnored { return }
        reading.rows &+= 1
        flows.store.take(connection)
    }

    /// The entries of the running reading come next.
    package mutating func beginEntries() { if !reading.isIgnored { flows.store.beginEntries() } }

    package mutating func take(_ entry: Entry) {
        if reading.isIgnored { return }
        reading.rows &+= 1
        flows.store.take(entry)
        table.take(entry)
    }

    /// Looking for single flows once more is between the reader and the store.
    package mutating func withStore<Value>(_ body: (inout FlowStore) -> Value) -> Value { body(&flows.store) }

    /// Those of the running reading.
    package var sysctls: Sysctls { reading.sysctls }

    private mutating func finish(_ outcome: ReadingOutcome) {
        flows.store.finish(took: UInt32(clamping: outcome.took.components.seconds))
        flows.takeStrays()
        reading.finished = second
        reading.took = outcome.took
        reading.pause = outcome.pause
        reading.time = now
        reading.losses = outcome.losses + storeLosses
        reading.trouble = nil
        reading.isRunning = false
        if reading.isResyncing {
            reading.isResyncing = false
            reading.resyncs += 1
            events.take(.resynced(now))
        }
        services.count()
        countFlows()
        renewFindings()
        // The table was arranged when its rows arrived.
        if tab != .table { arrange() }
    }

    /// Of an ignored reading nothing counts, except its failure.
    private mutating func takeIgnored(_ event: ScreenEvent) {
        if case .failed(let why) = event { reading.trouble = why }
        if case .finished = event { reading.isRunning = false }
    }

    /// What the store had no space for.
    private var storeLosses: [Loss] {
        flows.store.isOverfull
            ? [Loss("the verdict never", "more NEW events came between two readings than can be held")] : []
    }

    /// Sorts the rows of the tab. Other tabs are sorted when selected.
    mutating func arrange() {
        switch tab {
        case .services: services.arrange(flows.store, observing.rates, page: page)
        case .flows: flows.arrange(page: page)
        case .table: table.arrange(page: page, selecting: table.followed)
        case .events, .health: break
        }
    }

    // MARK: Events

    /// Whether an event changes the screen.
    package var showsEvents: Bool { tab == .events }

    mutating func takeEvent(_ event: ScreenEvent) {
        switch event {
        case .event(let event):
            if event.kind == .new { flows.store.takeNew(event.subject, at: second) }
            events.take(.event(event))
        case .lost(let messages):
            flows.store.loseEvents()
            reading.eventLosses += 1
            reading.lostMessages += messages ?? 0
            reading.isResyncing = true
            events.take(.lost(messages, now))
        case .watchBegan: flows.store.beginWatch(at: second)
        case .watchEnded: flows.store.loseEvents()
        default: break
        }
    }

    /// The tuples by which the entry of the selected flow would be found.
    package var examinedTuples: [Tuple] {
        flows.selectedKey.flatMap(flows.store.slot(of:)).map(flows.store.tuples(at:)) ?? []
    }

    /// Whether the watch over NEW events was lost, so that a new one must begin.
    package var needsWatch: Bool { flows.store.needsWatch }

    // MARK: Observations

    mutating func takeObservation(_ event: ScreenEvent) {
        // Results of an observation that has stopped are useless.
        guard observing.isWanted else { return }
        switch event {
        case .observed(let observation, let took):
            observing.rates.take(observation, after: observing.last)
            observing.last = observation
            observing.cost = took
            observing.trouble = nil
            renewFindings()
            if tab == .services, !isFrozen { arrange() }
        case .observationFailed(let why):
            observing.isWanted = false
            observing.trouble = why
            notice = why
        case .sample(let sample): flows.take(SeenPacket(sample))
        case .traced(let packet): if let seen = SeenPacket(packet, at: now) { flows.take(seen) }
        default: break
        }
    }
}
