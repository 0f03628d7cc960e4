import Addresses
import Conntrack
import Firewall
import IPVS
import Inspection
import Netlink

/// Reads a director again and again, and tells what has changed in between: what a record consists of.
///
/// Needs CAP_NET_ADMIN. It keeps the flows of two readings.
package final class Recorder {
    /// What to read, and how.
    package struct Plan {
        /// How often to read; less often if reading takes long.
        package var interval: Duration
        /// Whether to count packets in the kernel, too.
        package var observes = false
        package var hints = ObservationHints()
        package var checks: BackgroundChecks?
        package var clock = Clocks.system

        package init(every interval: Duration) { self.interval = interval }
    }

    package var director = DirectorState()
    package private(set) var demand = Demand()
    private let kernel: any KernelSource
    private let commits: CommitStream?
    private let entryEvents: (any EventSource)?
    private let options: LiveDirector.Options
    private let counters: RuleCounters
    private lazy var live = LiveDirector(kernel, events: entryEvents, keeper: self, options)
    private var chronicle = DirectorChronicle()
    private var minutes = MinuteChronicle()
    private var totals = PacketTotals()
    private let observes: Bool
    /// Why packets could not be observed last, and the second from which that is tried again.
    private var unobserved: (why: String, until: UInt32)?
    private let tell: (RecordedEvent, Moment) -> Void

    /// - Parameters:
    ///   - entryEvents: subscribed to NEW; nil for a capture.
    ///   - commits: subscribed to `RulesetCommit.group`; nil where the kernel has no nf_tables.
    ///   - tell: gets what happens, and when it was noticed.
    package init(
        _ kernel: any KernelSource, entryEvents: (any EventSource)?, commits: (any EventSource)?, _ plan: Plan,
        tell: @escaping (RecordedEvent, Moment) -> Void
    ) {
        self.kernel = kernel
        self.entryEvents = entryEvents
        self.commits = commits.map { CommitStream($0) }
        self.tell = tell
        counters = RuleCounters(of: kernel)
        var options = LiveDirector.Options(hints: plan.hints)
        options.interval = plan.interval
        options.checks = plan.checks
        options.clock = plan.clock
        if entryEvents == nil { options.moment = kernel.origin.takenAt }
        self.options = options
        observes = plan.observes
    }

    /// In seconds: a director may get its first service, or its module, later.
    private static let observesAgainAfter: UInt32 = 60

    /// Goes on until a stop is requested, the reader of the output is gone, or `limit` has passed.
    ///
    /// - Parameter pause: called several times a second, after what happened has been told.
    /// - Throws: if it cannot go on, and what `pause` throws. A reading that fails is told as a loss.
    package func run(
        for limit: Duration?, _ waiter: Waiter, pause: () throws(KernelError) -> Void
    ) throws(KernelError) {
        let end = limit.map { live.clock.elapsed() + $0 }
        live.begin()
        while true {
            try drain()
            live.tick()
            demand.observes = observes && director.second >= unobserved?.until ?? 0
            live.keepToDemand()
            if live.isReadingDue { read() }
            // A reading ends early then.
            if waiter.isStopped { return }
            if minutes.isDue(at: director.second) { endMinute() }
            try pause()
            let left = end.map { $0 - live.clock.elapsed() } ?? .seconds(1)
            if left <= .zero { return }
            let watched = [live.eventDescriptor, commits?.descriptor].compactMap(\.self)
            let wake = try waiter.wait(for: watched, upTo: min(left, live.untilReading, .milliseconds(250)))
            if wake != .goOn { return }
        }
    }

    private func drain() throws(KernelError) {
        live.drainEvents()
        try commits?.drain {
            tell(.ruleset($0))
        } lost: {
            tell(.loss(Loss("changes of rules", $0)))
        }
    }

    /// Tells all that a capture has.
    ///
    /// - Parameter checks: of it, made before.
    package func readCapture(_ checks: BackgroundChecks.News) throws(KernelError) {
        switch checks {
        case .report(let report): director.take(report)
        case .failure(let error): director.missChecks(because: error.description)
        }
        // The second reading tells what an entry without a connection is.
        for _ in 0..<2 where !live.read() {
            throw live.failure ?? KernelError("read the capture", .failed)
        }
        chronicle.takeLosses(director, tell)
        chronicle.take(director, tell)
        if director.absence == nil { readConfiguration() }
    }

    private func tell(_ event: RecordedEvent) {
        tell(event, entryEvents == nil ? kernel.origin.takenAt : live.clock.wall())
    }

    private func read() {
        let isRead = live.read()
        if live.failure?.cause == .stopped { return }
        chronicle.takeLosses(director, tell)
        if isRead { chronicle.take(director, tell) }
        if isRead, director.absence == nil { readConfiguration() }
    }

    private func readConfiguration() {
        do throws(KernelError) {
            chronicle.take(try Director(kernel).configuration(), tell)
        } catch { tell(.loss(Loss("the settings of IPVS", error.description))) }
    }

    private func endMinute() {
        if observes {
            totals.countDrops(counters)
            chronicle.takeLosses(totals, tell)
        }
        minutes.take(director, observes ? totals : nil, tell)
    }

    private func stopObserving(because why: String) {
        if unobserved?.why != why { tell(.loss(Loss("packets", why))) }
        unobserved = (why, director.second + Self.observesAgainAfter)
        demand.observes = false
    }
}

extension Recorder: DirectorKeeper {
    package func take(_ entry: Entry) { director.take(entry) }

    package func changed(_ change: DirectorChange) {
        switch change {
        case .observed: director.observation.last.map { totals.take($0) }
        case .observationEnded(let why?): stopObserving(because: why)
        case .checked:
            chronicle.takeLosses(director, tell)
            chronicle.takeFindings(director, tell)
        default: break
        }
    }

    package func readingGoesOn() { live.drainEvents() }
}
