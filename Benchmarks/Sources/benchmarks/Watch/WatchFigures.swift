/// The cost of one run of a program, with or without a terminal.
struct WatchFigures: RunFigures {
    /// The readings after the first one: complete ones with their pauses.
    struct Window: Codable {
        var seconds: Double
        var readings: Double
        /// User and system.
        var cpuSeconds: Double
    }

    /// Until the first rows were on the screen; for a program without a screen, until it exited.
    var wallSeconds: Double
    var userSeconds: Double
    var systemSeconds: Double
    var peakMebibytes: Double
    var window: Window?
    /// Whether the header of the screen shows the reading interval.
    var saysRhythm: Bool?
    /// How long keys waited for their answers: in the median, and at most.
    var waits: Waits?

    struct Waits: Codable, Equatable {
        var median: Double
        var longest: Double
    }

    var cpuSeconds: Double { userSeconds + systemSeconds }

    init(_ figures: Figures) {
        wallSeconds = figures.wallSeconds
        userSeconds = figures.userSeconds
        systemSeconds = figures.systemSeconds
        peakMebibytes = figures.peakMebibytes
    }

    /// - Parameter text: the output of `screen`.
    /// - Throws: if it is malformed, if the program failed, or if the expected text never appeared on the screen.
    init(screen text: String) throws {
        let numbers = text.split { $0 == " " || $0 == "\n" }.compactMap { Double($0) }
        guard numbers.count == 11 else { throw Failure(.inputOutput, "screen said \(text)") }
        guard numbers[0] == 0 else {
            throw Failure(.unavailable, describe(status: CInt(numbers[0])))
        }
        guard numbers[1] > 0 else { throw Failure(.inputOutput, "showed no rows") }
        wallSeconds = numbers[1] / 1e9
        userSeconds = numbers[5] / 1e6
        systemSeconds = numbers[6] / 1e6
        peakMebibytes = numbers[7] / 1024
        if numbers[3] > 0 {
            window = Window(seconds: numbers[2] / 1e9, readings: numbers[3], cpuSeconds: numbers[4] / 1e9)
        }
        saysRhythm = numbers[8] == 1
        if numbers[10] > 0 { waits = Waits(median: numbers[9] / 1e9, longest: numbers[10] / 1e9) }
    }

    /// The median of each figure separately. The interval counts as shown if it was shown in every run.
    static func summary(of runs: [WatchFigures]) -> WatchFigures? {
        guard var median = runs.first else { return nil }
        func set(_ figure: WritableKeyPath<WatchFigures, Double>) {
            median[keyPath: figure] = middle(of: runs.map { $0[keyPath: figure] })
        }
        for figure in [\WatchFigures.wallSeconds, \.userSeconds, \.systemSeconds, \.peakMebibytes] { set(figure) }
        median.window = Window.median(of: runs.compactMap(\.window))
        if median.saysRhythm != nil { median.saysRhythm = runs.allSatisfy { $0.saysRhythm == true } }
        let waits = runs.compactMap(\.waits)
        // The longest of all runs: a key that waits once too long has waited too long.
        median.waits = waits.map(\.longest).max().map {
            Waits(median: middle(of: waits.map(\.median)), longest: $0)
        }
        return median
    }
}

extension WatchFigures.Window {
    /// Medians per reading and pause: windows differ in their number of readings, and a median of each figure
    /// separately would mix them.
    fileprivate static func median(of windows: [WatchFigures.Window]) -> WatchFigures.Window? {
        guard !windows.isEmpty else { return nil }
        let readings = middle(of: windows.map(\.readings))
        func each(_ figure: (WatchFigures.Window) -> Double) -> Double {
            middle(of: windows.map { figure($0) / $0.readings })
        }
        return WatchFigures.Window(
            seconds: each(\.seconds) * readings, readings: readings, cpuSeconds: each(\.cpuSeconds) * readings)
    }
}
