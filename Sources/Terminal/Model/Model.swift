import Addresses
import Conntrack
import IPVS
import Inspection

/// All that a screen is made of. `update` changes it by one event, `view` draws it; neither does anything else.
package struct Model: Sendable {
    /// Whose screen it is, and how it was asked for.
    package var setting: Setting
    /// Of the terminal, or of the text that is printed.
    package var size: Size
    /// The wall clock, and the time since the beginning, as the last tick told them.
    package internal(set) var now: Moment
    /// By a clock that nobody sets.
    package internal(set) var elapsed = Duration.zero

    /// The time since the beginning in whole seconds.
    package var second: UInt32 { UInt32(clamping: elapsed.components.seconds) }

    let tabs: [Tab]
    /// The tab that is shown.
    package internal(set) var tab: Tab
    /// Nothing new is shown while it is frozen.
    package internal(set) var isFrozen = false
    var overlay: Overlay?
    /// A sentence at the bottom, until the next key.
    var notice: String?

    var reading = ReadingState()
    var services = ServicesPane()
    var flows = FlowsPane()
    var table = TablePane()
    var events = EventsPane()
    var health = HealthPane()
    var observing = ObservingState()
    /// The flows of the last reading.
    private var tally: FlowTally?
    /// What is known of this director by the last reading, observation and statistics, worst first.
    private(set) var findings: [Finding] = []

    mutating func countFlows() { tally = FlowTally(flows.board) }

    mutating func renewFindings() {
        let observation = observing.last
        var all = observation?.findings ?? []
        if let tally, reading.absence == nil {
            all +=
                FlowFindings(tally, services.services, reading.sysctls, quietFor: observation?.quietSeconds).all
        }
        findings = (all + (health.statistics?.findings(since: health.change) ?? [])).worstFirst
    }

    /// What the reader does to have packets counted, where that is a key.
    var howToObserve: String? { isCapture || setting.isPrinted ? nil : "press o to see what the filter drops" }

    /// What does not change while it runs.
    package struct Setting: Sendable {
        /// As uname(2) has it.
        package var host: String
        /// As the user named it; nil for the one the tool was started in.
        package var networkNamespace: String?
        /// As uname(2) has it.
        package var kernelRelease: String
        /// When the capture was taken that this shows; nil for the running kernel.
        package var captureTakenAt: Moment?
        /// What the terminal can show.
        package var glyphs = Glyphs(isUnicode: true)
        /// How many seconds local clocks are ahead of UTC.
        package var clocksAhead = 0
        /// Where exports go.
        package var folder = "."
        /// Whether observing may make conntrack active where it is not.
        package var startsTracking = false
        /// How the word `label` reads its values in filters of entries.
        package var labels = FilterLabels.numbers
        /// It goes to no terminal: there are no keys to name.
        package var isPrinted = false

        /// For a terminal that shows Unicode, on clocks in UTC; the rest is set where it is otherwise.
        package init(host: String, networkNamespace: String?, kernelRelease: String) {
            self.host = host
            self.networkNamespace = networkNamespace
            self.kernelRelease = kernelRelease
        }
    }

    /// The screen before the first reading.
    package init(_ setting: Setting, size: Size, hasIPVS: Bool, now: Moment) {
        self.setting = setting
        self.size = size
        self.now = now
        tabs = Tab.order(hasIPVS: hasIPVS)
        tab = tabs[0]
    }

    var glyphs: Glyphs { setting.glyphs }

    /// Something lies over the screen and takes the keys.
    package var isOverlaid: Bool { overlay != nil }

    /// It shows a capture, which stands still.
    package var isCapture: Bool { setting.captureTakenAt != nil }
}

/// What is known of the readings: how fresh they are, what they cost, and what is wrong with them.
struct ReadingState: Sendable {
    /// Why there is no IPVS; nil when it is there.
    var absence: String?
    /// When the last reading was finished, by the seconds since the beginning; nil before the first one.
    var finished: UInt32?
    /// How long it took, and how long until the next begins after it.
    var took = Duration.zero
    var pause = Duration.zero
    /// Whether a reading goes on, and how many rows it has come by.
    var isRunning = false
    /// The screen was frozen while the running reading went on: what is left of it is not taken.
    var isIgnored = false
    /// When the last reading was finished, by the wall clock.
    var time: Moment?
    var rows = 0
    var losses: [Loss] = []
    /// Why the last try to read failed.
    var trouble: String?
    var sysctls = Sysctls()
    /// NEW events lost, and the readings that made that good.
    var eventLosses = 0
    var lostMessages = 0
    var resyncs = 0
    /// A loss that no reading has made good yet.
    var isResyncing = false
}

/// What is known of the observation of packets.
struct ObservingState: Sendable {
    /// What would be added to the kernel, as it was asked for with `o`.
    var isWanted = false
    var last: Observation?
    var rates = ObservationRates()
    /// Why it could not begin, or ended.
    var trouble: String?
    /// How long the last reading of the counters took.
    var cost = Duration.zero
}
