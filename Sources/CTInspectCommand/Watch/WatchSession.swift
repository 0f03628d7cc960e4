import Collection
import Conntrack
import IPVS
import Inspection
import Netlink
import Terminal

/// The model of a screen and the kernel that it shows: reads, follows and observes what the model wishes for, and tells the model.
/// It draws nothing and hears no keys.
final class WatchSession {
    private(set) var model: Model
    let kernel: any KernelSource
    let clock: EventClock
    /// What `update` asked for and nobody has done yet.
    private(set) var effects: [Effect] = []
    /// Whether the screen must be redrawn.
    var isChanged = true
    /// Why the last reading failed.
    private(set) var failure: KernelError?
    /// Is called now and then while a reading goes on, so that keys are answered meanwhile.
    var pump: () -> Void = {}

    let pace: ReadingPace
    private let stream: WatchStream?
    private let packets: PacketObserver
    private var meter = CostMeter()
    private var earlier: (statistics: TableStatistics, moment: Duration)?
    /// What was wished for when the last reading began.
    private var readFor = Demand()
    private var examined: FlowKey?
    /// `--observe`, until it was asked.
    private var asksToObserve: Bool

    /// - Parameter events: subscribed to NEW; nil where nothing is followed, as in a capture.
    init(
        _ kernel: any KernelSource, _ model: Model, events: EventSocket?, interval: Duration,
        startsTracking: Bool = false,
        asksToObserve: Bool = false, clock: EventClock = .system
    ) {
        self.kernel = kernel
        self.model = model
        self.clock = clock
        self.asksToObserve = asksToObserve
        pace = ReadingPace(interval)
        stream = events.map { WatchStream($0) }
        packets = PacketObserver(kernel, startsTracking: startsTracking, .options)
    }

    /// Changes the model by what happened.
    func handle(_ event: ScreenEvent) {
        effects += update(&model, event)
        // Of events only their own tab shows something.
        if case .event = event, !model.showsEvents { return }
        isChanged = true
    }

    func takeEffects() -> [Effect] {
        defer { effects = [] }
        return effects
    }

    func change(_ change: (inout Model) -> Void) {
        change(&model)
        isChanged = true
    }

    /// Tells the time. The screen shows seconds.
    func tick() {
        let second = model.second
        effects += update(&model, .tick(clock.wall(), elapsed: clock.elapsed()))
        if model.second != second { isChanged = true }
    }

    /// For who asked on the command line, and sees no question: a printed screen.
    func observeUnasked() {
        if asksToObserve { change { $0.observe() } }
        asksToObserve = false
    }

    // MARK: Events

    /// The descriptor that has events to receive.
    var eventDescriptor: CInt? { stream?.descriptor }

    func begin() {
        tick()
        keepWatch(isDrained: true)
    }

    /// Begins a watch over NEW events where there is none, and ends it where they have been switched off.
    private func keepWatch(isDrained: Bool) {
        guard stream != nil else { return }
        if !followsEvents { return handle(.watchEnded) }
        if model.needsWatch, isDrained { handle(.watchBegan) }
    }

    /// `net.netfilter.nf_conntrack_events`=0 means that there are none.
    private var followsEvents: Bool {
        (try? kernel.text(of: KernelFile(sysctl: Sysctls.conntrackEvents))) != "0"
    }

    /// Takes the events that are there.
    ///
    /// - Returns: whether nothing more is there.
    @discardableResult
    func drainEvents(batches: Int = 32) -> Bool {
        guard let stream else { return true }
        do throws(KernelError) {
            return try stream.drain(batches: batches, at: clock.wall) { event in
                if case .lost = event {
                    tick()
                    pace.lose(at: clock.elapsed())
                }
                handle(event)
            }
        } catch {
            handle(.failed(error.description))
            // Who cannot hear must not say that nothing was said.
            handle(.watchEnded)
            return true
        }
    }

    // MARK: Readings

    /// Keeps to what the model wishes for besides readings.
    func keepToDemand() {
        let demand = model.demand
        if let stream {
            do throws(KernelError) { try stream.follow(demand.eventKinds) } catch { handle(.failed(error.description)) }
        }
        if demand.examines != examined { examine() }
        packets.keep(demand.observes) { handle(ScreenEvent($0)) }
        packets.collect(tick) { handle(ScreenEvent($0)) }
    }

    /// Whether a reading is due now.
    var isReadingDue: Bool {
        let demand = model.demand
        if demand.entries != readFor.entries, demand.entries != nil, !model.isFrozen { return true }
        if model.isCapture { return readings < Self.readingsOfCapture }
        return demand.reads && pace.isDue(at: clock.elapsed())
    }

    /// How long until the next reading at most.
    var untilReading: Duration {
        isReadingDue ? .zero : model.demand.reads ? pace.wait(at: clock.elapsed()) : .seconds(3600)
    }

    /// What an entry without a connection is, the second reading tells. A capture has no more to say.
    private static let readingsOfCapture = 2
    private var readings = 0

    func read() {
        readings += 1
        tick()
        begun = clock.elapsed()
        readFor = model.demand
        away = .zero
        pace.begin(at: begun)
        readStatistics()
        // What was queued before a loss is older than what is read now.
        let isDrained = drainEvents(batches: 1000)
        keepWatch(isDrained: isDrained)
        var isComplete = false
        do throws(KernelError) {
            try DirectorReader(kernel, .oneOfMany).read(into: self)
            isComplete = true
            failure = nil
        } catch {
            handle(.failed(error.description))
            failure = error
        }
        let took = clock.elapsed() - begun - away
        pace.end(at: clock.elapsed(), took: took, isComplete: isComplete)
        // What begins after the second reading can be told to be never in the table: the sooner that is, the better.
        if readings == 1, took < .seconds(1) { pace.hurry() }
        examine()
        packets.look { handle(ScreenEvent($0)) }
        handle(.cost(meter.measure()))
        if asksToObserve, isComplete, !model.isOverlaid {
            asksToObserve = false
            change { $0.askToObserve() }
        }
    }

    /// The program was stopped for so long: that is no part of a reading, and what is shown is old.
    func wasAway(_ span: Duration) {
        away += span
        pace.hurry()
    }

    private var begun = Duration.zero
    private var delivered = 0
    private var away = Duration.zero

    /// Of a million rows, only every so many somebody looks up.
    @inline(__always)
    private func countRow() {
        delivered &+= 1
        if delivered & 511 == 0 { pump() }
    }

    private func readStatistics() {
        do throws(KernelError) {
            let moment = clock.elapsed()
            let statistics = try TableStatistics(reading: kernel)
            let change = earlier.map { StatisticsChange(from: $0.statistics, to: statistics, over: moment - $0.moment) }
            handle(.statistics(statistics, since: change))
            earlier = (statistics, moment)
        } catch {
            handle(.statisticsMissing(error.description))
            earlier = nil
        }
    }

    /// Looks the flow up that is looked at.
    private func examine() {
        examined = model.demand.examines
        guard let examined else { return }
        for tuple in model.examinedTuples {
            if let entry = try? Table(kernel).entry(for: tuple) { return handle(.examined(examined, entry)) }
        }
        handle(.examined(examined, nil))
    }
}

extension WatchSession: ReadingSink {
    var wantsWholeTable: Bool { model.demand.entries != nil }

    func begin(_ services: [Service], _ sysctls: Sysctls, absence: KernelError?) {
        handle(.director(absentBecause: absence?.description))
        handle(.began(services, sysctls))
    }

    func take(_ connection: Connection) {
        model.take(connection)
        countRow()
    }

    func endConnections(isWhole: Bool) { handle(.connectionsEnded(isWhole: isWhole)) }

    func beginEntries() { model.beginEntries() }

    func take(_ entry: Entry, _ message: RawSpan) {
        model.take(entry)
        countRow()
    }

    func endEntries(isWhole: Bool) { handle(.entriesEnded(isWhole: isWhole)) }

    func withStore<Value>(_ body: (inout FlowStore) -> Value) -> Value { model.withStore(body) }

    func progress(_ text: @autoclosure () -> String, at count: Int) { if count & 511 == 0 { pump() } }

    /// What was not heard may have been an entry's NEW.
    func settle() {
        if !drainEvents(batches: 10_000) || !followsEvents { handle(.watchEnded) }
        tick()
    }

    func finish(_ outcome: ReadOutcome) {
        var losses = outcome.losses
        if model.sysctls.number(Sysctls.conntrackEvents) == 0 {
            losses.append(
                Loss("the verdict never", "\(Sysctls.conntrackEvents) is 0, so there are no NEW events to tell by"))
        }
        let took = clock.elapsed() - begun - away
        handle(.finished(ReadingOutcome(took: took, pause: pace.pause(after: took), losses: losses)))
    }
}
