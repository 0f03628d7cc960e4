import Addresses
import Conntrack
import Inspection

/// The complete state of a screen. `update` changes it by one event, `view` draws it; neither has side effects.
package struct Model: Sendable {
    /// What is shown, and how it was requested.
    package var setting: Setting
    /// Of the terminal, or of the printed text.
    package var size: Size
    /// The director that is shown. Only whoever reads it changes this, but for the span that findings are about.
    package var director = DirectorState()

    /// Whether there was IPVS at the start.
    let hasIPVS: Bool
    /// The current tab.
    package internal(set) var tab: Tab
    /// While frozen, the screen is not updated.
    package internal(set) var isFrozen = false
    var overlay: Overlay?
    /// A sentence at the bottom, until the next key.
    var notice: String?

    var services = ServicesPane()
    var servers = ServersPane()
    var flows = FlowsPane()
    var drops = DropsPane()
    var table = TablePane()
    var events = EventsPane()
    var findings = FindingsPane()
    /// Of the lines of Health, which are only scrolled.
    var health = ListState()
    /// Where Enter was pressed that led to the rows behind one, the latest last.
    var places: [Place] = []
    /// How long a column of its history is.
    var historyZoom = HistoryZoom()
    /// Of addresses, requested with `l`.
    package internal(set) var names = AddressNames()
    /// What `n` looks for.
    var search: Search?
    /// How often the director is read.
    package var interval = Duration.seconds(1)
    /// The record that is shown; nil for a director.
    package var record: RecordSpan?
    /// Requested with `o`, after showing what it adds to the kernel.
    var isObserving = false
    /// Whose packets are observed besides those of services.
    var observedAddresses: [ObservedSubject] = []
    /// Why observing failed was read, and is not shown again.
    var isTroubleDismissed = false

    /// How the user has packets counted, where a key does it.
    var howToObserve: String? { !isLive || setting.isPrinted ? nil : "press o to see what the filter drops" }

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
        /// The names that filters may have for labels and ports.
        package var names = HostNames.none
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
    package init(_ setting: Setting, size: Size, hasIPVS: Bool) {
        self.setting = setting
        self.size = size
        self.hasIPVS = hasIPVS
        tab = Tab.first(hasIPVS: hasIPVS)
    }

    var glyphs: Glyphs { setting.glyphs }
    var second: UInt32 { director.second }

    /// Something overlays the screen and gets the keys.
    package var isOverlaid: Bool { overlay != nil }

    /// It shows a capture, which does not change.
    package var isCapture: Bool { setting.captureTakenAt != nil }

    var isRecord: Bool { record != nil }

    /// It shows a director, which can be asked for more.
    var isLive: Bool { !isCapture && !isRecord }

    /// The words of the tab's filter line; nil if there is nothing to filter.
    var vocabulary: FilterVocabulary? {
        isRecord && tab == .events ? .records(setting.names) : tab.vocabulary(setting.names)
    }
}
