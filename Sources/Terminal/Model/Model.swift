import Addresses
import Conntrack
import IPVS
import Inspection

/// The complete state of a screen. `update` changes it by one event, `view` draws it; neither has side effects.
package struct Model: Sendable {
    /// What is shown, and how it was requested.
    package var setting: Setting
    /// Of the terminal, or of the printed text.
    package var size: Size
    /// The wall clock at the last tick.
    package internal(set) var now: Moment
    /// Time since the start at the last tick, by a monotonic clock.
    package internal(set) var elapsed = Duration.zero

    /// Whole seconds since the start.
    package var second: UInt32 { UInt32(clamping: elapsed.components.seconds) }

    let tabs: [Tab]
    /// The current tab.
    package internal(set) var tab: Tab
    /// While frozen, the screen is not updated.
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

    mutating func countFlows() { tally = FlowTally(flows.store) }

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

    /// What does not change while running.
    package struct Setting: Sendable {
        /// As reported by uname(2).
        package var host: String
        /// As named by the user; nil for the one the tool was started in.
        package var networkNamespace: String?
        /// As reported by uname(2).
        package var kernelRelease: String
        /// When the displayed capture was taken; nil for the running kernel.
        package var captureTakenAt: Moment?
        /// What the terminal can show.
        package var glyphs = Glyphs(isUnicode: true)
        /// How many seconds local clocks are ahead of UTC.
        package var clocksAhead = 0
        /// The directory for exports.
        package var folder = "."
        /// Whether observing may activate conntrack.
        package var startsTracking = false
        /// How `label` values in entry filters are read.
        package var labels = FilterLabels.numbers
        /// Printed instead of shown on a terminal: there are no keys to mention.
        package var isPrinted = false

        /// For a Unicode terminal, with clocks in UTC; other settings are changed afterwards.
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

    /// Something overlays the screen and gets the keys.
    package var isOverlaid: Bool { overlay != nil }

    /// It shows a capture, which does not change.
    package var isCapture: Bool { setting.captureTakenAt != nil }
}

/// The state of the readings: their age, cost, and problems.
struct ReadingState: Sendable {
    /// Why there is no IPVS; nil if it is present.
    var absence: String?
    /// When the last reading finished, in seconds since the start; nil before the first.
    var finished: UInt32?
    /// Its duration, and the pause before the next one.
    var took = Duration.zero
    var pause = Duration.zero
    /// Whether a reading is running, and how many rows it has seen.
    var isRunning = false
    /// The screen was frozen during the running reading: the rest of it is ignored.
    var isIgnored = false
    /// When the last reading finished, by the wall clock.
    var time: Moment?
    var rows = 0
    var losses: [Loss] = []
    /// Why the last attempt to read failed.
    var trouble: String?
    var sysctls = Sysctls()
    /// Losses of NEW events, and the readings that recovered them.
    var eventLosses = 0
    var lostMessages = 0
    var resyncs = 0
    /// A loss not yet recovered by a reading.
    var isResyncing = false
}

/// The state of packet observation.
struct ObservingState: Sendable {
    /// Requested with `o`, after showing what it adds to the kernel.
    var isWanted = false
    var last: Observation?
    var rates = ObservationRates()
    /// Why it could not start, or stopped.
    var trouble: String?
    /// How long the last reading of the counters took.
    var cost = Duration.zero
}
