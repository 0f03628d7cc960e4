import Addresses
import Conntrack
import Firewall
import IPVS
import Inspection

/// Everything that can happen to the screen.
package enum ScreenEvent: Sendable {
    case input(Input)
    case resized(Size)
    /// The wall clock, and the time since the start.
    case tick(Moment, elapsed: Duration)

    // A reading; its rows come by `Model.take`.
    /// Whether IPVS is there; if not, why, and what to do.
    case director(absentBecause: String?)
    case began([Service], Sysctls)
    case connectionsEnded(isWhole: Bool)
    case entriesEnded(isWhole: Bool)
    case finished(ReadingOutcome)
    /// Reading failed: why, and what to do.
    case failed(String)

    case statistics(TableStatistics, since: StatisticsChange?)
    /// There are none: why.
    case statisticsMissing(String)
    case cost(OwnCost)
    /// The current entry of the selected flow.
    case examined(FlowKey, Entry?)

    case event(Event<Entry>)
    case lost(messages: Int?)
    /// Every NEW event is delivered from now on.
    case watchBegan
    /// NEW events may be missing from now on.
    case watchEnded

    case observed(Observation, took: Duration)
    case observationFailed(String)
    case sample(Sample)
    case traced(TracedPacket)

    /// The result of an effect.
    case said(String)
}

extension ScreenEvent {
    /// Whether the height of what is above or below the list may change.
    var changesLayout: Bool {
        switch self {
        case .resized, .finished, .failed, .examined, .observed, .observationFailed: true
        default: false
        }
    }
}

/// The outcome of a reading.
package struct ReadingOutcome: Sendable {
    /// Its duration, without the time for which the program was stopped.
    package var took: Duration
    /// How long nothing is read afterwards.
    package var pause: Duration
    /// What was read incompletely.
    package var losses: [Loss]

    package init(took: Duration, pause: Duration, losses: [Loss]) {
        self.took = took
        self.pause = pause
        self.losses = losses
    }
}

/// What `update` requests because it cannot do it itself.
package enum Effect: Equatable, Sendable {
    case quit
    /// To stop, as requested by Ctrl-Z.
    case suspend
    /// To redraw everything.
    case redraw
    /// To read immediately.
    case read
    /// To write what is shown to a file.
    case export(path: String)
}

/// What has to be read and followed for what is shown: the loop follows it.
package struct Demand: Equatable, Sendable {
    /// Whether to keep reading.
    package var reads = true
    /// Entries to store individually; nil for none.
    package var entries: EntryFilter?
    /// The selected flow.
    package var examines: FlowKey?
    /// Kinds of events to subscribe to.
    package var eventKinds: Set<EventKind> = []
    /// Whether to count packets in the kernel.
    package var observes = false

    package init() {}
}
