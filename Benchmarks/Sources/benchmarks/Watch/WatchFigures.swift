/// What one run of a program took, on a terminal or without one.
struct WatchFigures: Codable {
    /// Of readings that follow the first one, whole ones with their pauses.
    struct Window: Codable {
        var seconds: Double
        var readings: Double
        /// User and system.
        var cpuSeconds: Double
    }

    /// Until the first rows were on the screen; of a program without a screen until its end.
    var wallSeconds: Double
    var userSeconds: Double
    var systemSeconds: Double
    var peakMebibytes: Double
    var window: Window?
    /// Whether the head of the screen says how often it reads.
    var saysRhythm: Bool?

    var cpuSeconds: Double { userSeconds + systemSeconds }

    init(_ figures: Figures) {
        wallSeconds = figures.wallSeconds
        userSeconds = figures.userSeconds
        systemSeconds = figures.systemSeconds
        peakMebibytes = figures.peakMebibytes
    }

    /// - Parameter text: what `screen` prints.
    /// - Throws: when it is none of that, the program failed, or what was waited for never was on the screen.
    init(screen text: String) throws {
        let numbers = text.split { $0 == " " || $0 == "\n" }.compactMap { Double($0) }
        guard numbers.count == 9 else { throw Failure(.inputOutput, "screen said \(text)") }
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
    }

    /// The median of each figure by itself. The rhythm is said when it was each time.
    static func median(of runs: [WatchFigures]) -> WatchFigures? {
        guard var median = runs.first else { return nil }
        func set(_ figure: WritableKeyPath<WatchFigures, Double>) {
            median[keyPath: figure] = middle(of: runs.map { $0[keyPath: figure] })
        }
        for figure in [\WatchFigures.wallSeconds, \.userSeconds, \.systemSeconds, \.peakMebibytes] { set(figure) }
        median.window = Window.median(of: runs.compactMap(\.window))
        if median.saysRhythm != nil { median.saysRhythm = runs.allSatisfy { $0.saysRhythm == true } }
        return median
    }
}

extension WatchFigures.Window {
    /// Of what a reading and its pause took: windows differ in how many they hold, and a median of each figure by itself would mix them.
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
