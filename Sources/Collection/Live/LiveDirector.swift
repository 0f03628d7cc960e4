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
    /// Takes each entry of a reading while `demand.entries` is set.
    func take(_ entry: Entry)
    func changed(_ change: DirectorChange)
    /// Called every few hundred rows of a reading, which may take seconds: a screen answers keys here.
    func readingGoesOn()
}

/// Reads a director at a sensible pace, follows its NEW events in between for the verdict `never`, and observes its packets on demand. It
/// knows no screen: what it finds is in its keeper's `DirectorState`.
///
/// Needs CAP_NET_ADMIN. Nothing here blocks except `read`, for as long as the kernel takes to answer.
package final class LiveDirector {
    private let kernel: any KernelSource
    package let clock: Clocks
    private unowned let keeper: any DirectorKeeper
    private let pace: ReadingPace
    private let events: (any EventSource)?
    private let stream: EntryEventStream?
    private let packets: PacketObserver
    private let mostReadings: Int?
    private var meter = CostMeter()

    /// Why the last reading failed.
    package private(set) var failure: KernelError?
    private var readings = 0
    /// What was demanded when the last reading began.
    private var readFor = Demand()
    private var followed: Set<EventKind> = [.new]
    private var isObserving = false
    private var running = Running()

    /// The running reading.
    private struct Running {
        var begun = Duration.zero
        /// The program was stopped for this long.
        var away = Duration.zero
        var rows = 0
        var wantsEntries = false
        var isActive = false
        /// Whether its rows are no longer wanted.
        var isAbandoned = false
    }

    package struct Options {
        /// How often to read; less often if reading takes long.
        package var interval = Duration.seconds(1)
        /// Whether observing packets may activate conntrack.
        package var startsTracking = false
        /// Stop reading after this many readings, as in a capture, which does not change; nil to go on.
        package var mostReadings: Int?
        /// Next steps in errors.
        package var hints: ObservationHints
        package var clock = Clocks.system

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

    package func tick() { keeper.director.tick(clock.wall(), elapsed: clock.elapsed()) }

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
        if demand.observes { isObserving = true }
        packets.keep(demand.observes, take)
        packets.collect(tick, take)
    }

    /// Stops at once what is no longer demanded, also in the middle of a reading.
    package func stopUnwanted() {
        let demand = keeper.demand
        if running.isActive, !demand.reads {
            running.isAbandoned = true
            keeper.director.abandonReading()
        }
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
        if let mostReadings { return readings < mostReadings }
        return pace.isDue(at: clock.elapsed())
    }

    /// How long until the next reading at most.
    package var untilReading: Duration {
        if isReadingDue { return .zero }
        return keeper.demand.reads && mostReadings == nil ? pace.wait(at: clock.elapsed()) : .seconds(3600)
    }

    /// Read as soon as possible.
    package func hurry() { pace.hurry() }

    /// The program was stopped for this long: that is no part of a reading, and what is known is old.
    package func wasAway(_ span: Duration) {
        running.away += span
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
        running = Running(begun: clock.elapsed(), wantsEntries: readFor.entries != nil, isActive: true)
        pace.begin(at: running.begun)
        readStatistics()
        // What was queued before a loss is older than what is read now.
        let isDrained = drainEvents(batches: 1000)
        keepWatch(isDrained: isDrained)
        failure = nil
        do throws(KernelError) {
            try DirectorReader(kernel, .oneOfMany).read(into: self)
        } catch {
            failure = error
            if running.isAbandoned { keeper.director.fail(because: error.description) } else { fail(error) }
        }
        running.isActive = false
        let took = clock.elapsed() - running.begun - running.away
        pace.end(at: clock.elapsed(), took: took, isComplete: failure == nil)
        // Only connections that begin after the second reading can be proven never to be in the table: the sooner it comes, the better.
        if readings == 1, took < .seconds(1) { pace.hurry() }
        packets.look(take)
        keeper.director.cost = meter.measure()
        return failure == nil
    }

    private func readStatistics() {
        do throws(KernelError) {
            keeper.director.take(try TableStatistics(reading: kernel))
        } catch {
            keeper.director.missStatistics(because: error.description)
        }
        keeper.changed(.statistics)
    }
}

extension LiveDirector: ReadingSink {
    package var wantsWholeTable: Bool { running.wantsEntries }

    package func begin(_ services: [Service], _ sysctls: Sysctls, absence: KernelError?) {
        keeper.director.begin(services, sysctls, absence: absence?.description)
        keeper.changed(.readingBegan)
    }

    package func take(_ connection: Connection) {
        if !running.isAbandoned { keeper.director.take(connection) }
        countRow()
    }

    package func endConnections(isWhole: Bool) {
        if !running.isAbandoned { keeper.director.endConnections(isWhole: isWhole) }
    }

    package func beginEntries() { if !running.isAbandoned { keeper.director.beginEntries() } }

    package func take(_ entry: Entry, _ message: RawSpan) {
        if !running.isAbandoned {
            keeper.director.take(entry)
            if running.wantsEntries { keeper.take(entry) }
        }
        countRow()
    }

    package func endEntries(isWhole: Bool) {
        guard !running.isAbandoned else { return }
        keeper.director.endEntries(isWhole: isWhole)
        keeper.changed(.entriesEnded(isWhole: isWhole))
    }

    package func withStore<Value>(_ body: (inout FlowStore) -> Value) -> Value { keeper.director.withStore(body) }

    package func progress(_ text: @autoclosure () -> String, at count: Int) {
        if count & Self.rowsBetweenPauses == 0 { goOn() }
    }

    private static let rowsBetweenPauses = 511

    @inline(__always)
    private func countRow() {
        running.rows &+= 1
        if running.rows & Self.rowsBetweenPauses == 0 { goOn() }
    }

    private func goOn() {
        keeper.readingGoesOn()
        stopUnwanted()
    }

    /// An event missed now may have been the NEW of a flow's entry.
    package func settle() {
        if !drainEvents(batches: 10_000) || !followsEvents { keeper.director.endWatch() }
        tick()
    }

    package func finish(_ outcome: ReadOutcome) {
        guard !running.isAbandoned else { return }
        var losses = outcome.losses
        if keeper.director.sysctls.number(Sysctls.conntrackEvents) == 0 {
            losses.append(
                Loss("the verdict never", "\(Sysctls.conntrackEvents) is 0, so there are no NEW events to tell by"))
        }
        let took = clock.elapsed() - running.begun - running.away
        keeper.director.finish(took: took, pause: pace.pause(after: took), losses: losses)
        if keeper.director.events.isResyncing {
            keeper.director.endResync()
            keeper.changed(.resynced)
        }
        keeper.changed(.readingEnded)
    }
}
