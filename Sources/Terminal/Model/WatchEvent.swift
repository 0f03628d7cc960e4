import Addresses
import Conntrack
import Firewall
import IPVS
import Inspection

/// Everything that can happen to the screen.
package enum WatchEvent: Sendable {
    case input(Input)
    case resized(Size)
    /// The clocks: the wall's, and the time since the beginning.
    case tick(Moment, elapsed: Duration)

    // A reading; its rows come by `Model.take`.
    /// Whether IPVS is there; if not, why, and what to do.
    case director(absentBecause: String?)
    case began([Service], Sysctls)
    case connectionsEnded(isWhole: Bool)
    case entriesEnded(isWhole: Bool)
    case finished(ReadingOutcome)
    /// It could not be read: why, and what to do.
    case failed(String)

    case statistics(TableStatistics, since: StatisticsChange?)
    /// There are none: why.
    case statisticsMissing(String)
    case cost(OwnCost)
    /// The entry of the flow that is looked at, as it is now.
    case examined(FlowKey, Entry?)

    case event(Event<Entry>)
    case lost(messages: Int?)
    /// Every NEW event is told from now on.
    case watchBegan
    /// NEW events may be missing from now on.
    case watchEnded

    case observed(Observation, took: Duration)
    case observationFailed(String)
    case sample(Sample)
    case traced(TracedPacket)

    /// An effect came to its end.
    case said(String)
}

extension WatchEvent {
    /// Whether what stands above or below the list may have another height after it.
    var changesLayout: Bool {
        switch self {
        case .resized, .finished, .failed, .examined, .observed, .observationFailed: true
        default: false
        }
    }
}

/// What a reading came to.
package struct ReadingOutcome: Sendable {
    /// How long it took, without the time that the program was stopped.
    package var took: Duration
    /// How long nothing is read after it.
    package var pause: Duration
    /// What could not be read to its end.
    package var losses: [Loss]

    /// A reading that came to its end.
    package init(took: Duration, pause: Duration, losses: [Loss]) {
        self.took = took
        self.pause = pause
        self.losses = losses
    }
}

/// What `update` asks for that it cannot do itself.
package enum Effect: Equatable, Sendable {
    case quit
    /// To be stopped, as Ctrl-Z asks for.
    case suspend
    /// To draw everything anew.
    case redraw
    /// To read at once.
    case read
    /// To write what is shown into a file.
    case export(path: String)
}

/// What has to be read and followed for what is shown now: the loop keeps to it.
package struct Wishes: Equatable, Sendable {
    /// Whether to go on reading.
    package var reads = true
    /// Entries that are to be held one by one; nil for none.
    package var entries: EntryFilter?
    /// The flow that is looked at.
    package var examines: FlowKey?
    /// Kinds of events to be subscribed to.
    package var eventKinds: Set<EventKind> = []
    /// Whether to count packets in the kernel.
    package var observes = false

    /// To read, and nothing besides.
    package init() {}
}
