import Addresses
import Conntrack
import Glibc
import IPVS
import Inspection
import Netlink

/// Keeps what a live director knows, and hears what changes in it: a screen, an exporter, a recorder.
package protocol DirectorKeeper: AnyObject {
    /// Changed by the live director only, which holds on to it for no longer than a moment.
    var director: DirectorState { get set }
    /// What to read and follow; asked again and again.
    var demand: Demand { get }
    /// Gives an entry of a reading to its `director`, and takes it itself if it wants to. One call for both, as there may be a million.
    func take(_ entry: Entry)
    func changed(_ change: DirectorChange)
    /// Called every few thousand rows of a reading, or more often where they come slowly, which may take seconds: a screen answers keys here.
    func readingGoesOn()
}

/// Reads a director at a sensible pace, follows its NEW events in between for the verdict `never`, and observes its packets on demand. It
/// knows no screen: what it finds is in its keeper's `DirectorState`.
///
/// Needs CAP_NET_ADMIN. Nothing here blocks except `read`, for as long as the kernel takes to answer.
package final class LiveDirector: DirectorFeed {
    private let kernel: any KernelSource
    package let clock: Clocks
    private unowned let keeper: any DirectorKeeper
    private let pace: ReadingPace
    private let events: (any EventSource)?
    private let stream: EntryEventStream?
    private let packets: PacketObserver
    private let checks: BackgroundChecks?
    private let mostReadings: Int?
    private let moment: Moment?
    private var meter = CostMeter()

    /// Why the last reading failed.
    package private(set) var failure: KernelError?
    private var readings = 0
    /// What was demanded when the last reading began.
    private var readFor = Demand()
    private var followed: Set<EventKind> = [.new]
    private var isObserving = false
    private var running: LiveReading?

    package struct Options {
        /// How often to read; less often if reading takes long.
        package var interval = Duration.seconds(1)
        /// Whether observing packets may activate conntrack.
        package var startsTracking = false
        /// Stop reading after this many readings, as in a capture, which does not change; nil to go on.
        package var mostReadings: Int?
        /// When a capture was taken, at which time then stands still; nil to follow the clock.
        package var moment: Moment?
        /// Next steps in errors.
        package var hints: ObservationHints
        package var clock = Clocks.system
        /// Where findings of checks come from; nil for none.
        package var checks: BackgroundChecks?

        package init(hints: ObservationHints) { self.hints = hints }
    }

    /// - Parameter events: subscribed to NEW; nil where nothing is followed, as in a capture.
    package init(
        _ kernel: any KernelSource, events: (any EventSource)?, keeper: any DirectorKeeper, _ options: Options
    ) {
        self.kernel = kernel
        self.keeper = keeper
        clock = options.clock
        mostReadings = options.mostReadings
        moment = options.moment
        checks = options.checks
        pace = ReadingPace(options.interval)
        self.events = events
        stream = events.map { EntryEventStream($0) }
        packets = PacketObserver(kernel, startsTracking: options.startsTracking, options.hints)
    }

    /// Begins to watch NEW events.
    package func begin() {
        tick()
        keepWatch(isDrained: true)
    }

    package func tick() {
        keeper.director.tick(moment ?? clock.wall(), elapsed: moment == nil ? clock.elapsed() : .zero)
    }

    // MARK: Events

    /// The descriptor to poll for events; nil if none are followed.
    package var eventDescriptor: CInt? { stream?.descriptor }

    /// Watches NEW events, or again after a loss, and stops where they have been switched off.
    private func keepWatch(isDrained: Bool) {
        guard stream != nil else { return }
        if !followsEvents { return keeper.director.endWatch() }
        if keeper.director.store.needsWatch, isDrained { keeper.director.beginWatch() }
    }

    /// `net.netfilter.nf_conntrack_events`=0 means that there are none.
    private var followsEvents: Bool {
        (try? kernel.text(of: KernelFile(sysctl: Sysctls.conntrackEvents))) != "0"
    }

    @discardableResult
    package func follow() -> Bool { drainEvents() }

    /// Takes the events that have arrived.
    ///
    /// - Returns: whether nothing more has arrived.
    @discardableResult
    package func drainEvents(batches: Int = 32) -> Bool {
        guard let stream else { return true }
        do throws(KernelError) {
            return try stream.drain(batches: batches, at: clock.wall) { item in
                switch item {
                case .event(let event):
                    keeper.director.take(event)
                    keeper.changed(.event(event))
                case .lost(let messages, _): lose(messages)
                }
            }
        } catch {
            fail(error)
            // Without events nothing can be proven from their absence.
            keeper.director.endWatch()
            return true
        }
    }

    private func lose(_ messages: Int?) {
        tick()
        pace.lose(at: clock.elapsed())
        keeper.director.loseEvents(messages: messages)
        keeper.changed(.lost(messages: messages))
    }

    private func fail(_ error: KernelError) {
        keeper.director.fail(because: error.description)
        keeper.changed(.readingEnded)
    }

    /// The last question of a reading was answered: an event missed until now may have been the NEW of a flow's entry.
    func settle() {
        if !drainEvents(batches: 10_000) || !followsEvents { keeper.director.endWatch() }
        tick()
    }

    // MARK: Demand

    /// Follows and observes what is demanded, and hands over the packets that were seen.
    package func keepToDemand() {
        let demand = keeper.demand
        do throws(KernelError) {
            for kind in demand.eventKinds.subtracting(followed) {
                try events?.join(kind.entryGroup)
                followed.insert(kind)
            }
        } catch {
            fail(error)
        }
        stopUnwanted()
        if let interval = demand.interval { pace.interval = interval }
        if demand.observes { isObserving = true }
        packets.keep(demand.observes, alsoOf: demand.addresses, take)
        packets.collect(tick, take)
        if demand.reads { takeChecks() }
    }

    private func takeChecks() {
        switch checks?.take() {
        case .report(let report): keeper.director.take(report)
        case .failure(let error): keeper.director.missChecks(because: error.description)
        case nil: return
        }
        keeper.changed(.checked)
    }

    /// Stops at once what is no longer demanded, also in the middle of a reading.
    package func stopUnwanted() {
        let demand = keeper.demand
        if !demand.reads { running?.abandon() }
        if isObserving, !demand.observes { packets.keep(false, take) }
    }

    private func take(_ news: PacketObserver.News) {
        switch news {
        case .sample(let sample): see(SeenPacket(sample))
        case .traced(let packet): SeenPacket(packet, at: clock.wall()).map(see)
        case .observed(let observation, let took):
            keeper.director.take(observation, took: took)
            keeper.changed(.observed)
        case .failed(let error): endObservation(because: error.description)
        case .ended: endObservation(because: nil)
        }
    }

    private func see(_ packet: SeenPacket) {
        keeper.director.take(packet)
        keeper.changed(.packetsSeen)
    }

    private func endObservation(because trouble: String?) {
        isObserving = false
        keeper.director.endObservation(because: trouble)
        keeper.changed(.observationEnded(because: trouble))
    }

    // MARK: Readings

    package var isReadingDue: Bool {
        let demand = keeper.demand
        guard demand.reads else { return false }
        if demand.entries != readFor.entries, demand.entries != nil { return true }
        if demand.network, !readFor.network { return true }
        if let mostReadings { return readings < mostReadings }
        return pace.isDue(at: clock.elapsed())
    }

    /// How long until the next reading at most.
    package var untilReading: Duration {
        if isReadingDue { return .zero }
        return keeper.demand.reads && mostReadings == nil ? pace.wait(at: clock.elapsed()) : .seconds(3600)
    }

    /// How long nothing is read after a reading of this duration.
    func pause(after took: Duration, isFromTable: Bool) -> Duration {
        pace.pause(after: took, isFromTable: isFromTable)
    }

    /// Read, and check, as soon as possible.
    package func hurry() {
        pace.hurry()
        checks?.hurry()
    }

    /// The program was stopped for this long: that is no part of a reading, and what is known is old.
    package func wasAway(_ span: Duration) {
        running?.wasAway(span)
        pace.hurry()
    }

    /// The entry of a flow as it is now; nil if it has none.
    package func entry(of flow: FlowKey) -> Entry? {
        let store = keeper.director.store
        for tuple in store.slot(of: flow).map(store.tuples(at:)) ?? [] {
            if let entry = try? Table(kernel).entry(for: tuple) { return entry }
        }
        return nil
    }

    /// Reads everything once.
    ///
    /// - Returns: whether it succeeded; `failure` says why not.
    @discardableResult
    package func read() -> Bool {
        readings += 1
        tick()
        readFor = keeper.demand
        let reading = LiveReading(self, keeper, wantsEntries: readFor.entries != nil)
        running = reading
        defer { running = nil }
        pace.begin(at: clock.elapsed())
        // So that the events of the entries that are counted then have been counted, too.
        let isCaughtUp = drainEvents(batches: 1000)
        // That may have taken a while.
        tick()
        readStatistics(isCaughtUp: isCaughtUp)
        // What was queued before a loss is older than what is read now.
        let isDrained = drainEvents(batches: 1000)
        keepWatch(isDrained: isDrained)
        failure = nil
        do throws(KernelError) {
            // Somebody waits for the first one; the others are to cost little.
            if readings > 1 { kernel.usesSecondCore = false }
            try DirectorReader(kernel, .oneOfMany).read(into: reading)
            if readFor.network {
                keeper.director.take(.paths(reading: kernel, for: keeper.director.services))
                keeper.changed(.network)
            }
        } catch {
            failure = error
            fail(error)
        }
        let took = reading.took
        pace.end(
            at: clock.elapsed(), took: took,
            isFromTable: keeper.director.reading.connections.areFromTable, isComplete: failure == nil)
        packets.look(take)
        keeper.director.cost = meter.measure()
        return failure == nil
    }

    private func readStatistics(isCaughtUp: Bool) {
        do throws(KernelError) {
            keeper.director.take(try TableStatistics(reading: kernel), isCaughtUp: isCaughtUp)
        } catch {
            keeper.director.missStatistics(because: error.description)
        }
        keeper.changed(.statistics)
    }
}
