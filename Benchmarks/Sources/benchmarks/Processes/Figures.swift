/// The cost of one run of a program.
struct Figures: RunFigures {
    var wallSeconds: Double
    var userSeconds: Double
    var systemSeconds: Double
    var peakMebibytes: Double
    var outputBytes: Int
    /// From the program's start until its first row arrived in the pipe. Only if requested.
    var firstRowSeconds: Double?
}

extension Figures {
    /// The median of each figure separately.
    static func summary(of runs: [Figures]) -> Figures? {
        guard !runs.isEmpty else { return nil }
        func median(_ figure: (Figures) -> Double) -> Double { middle(of: runs.map(figure)) }
        let firstRows = runs.compactMap(\.firstRowSeconds)
        return Figures(
            wallSeconds: median(\.wallSeconds), userSeconds: median(\.userSeconds),
            systemSeconds: median(\.systemSeconds), peakMebibytes: median(\.peakMebibytes),
            outputBytes: Int(median { Double($0.outputBytes) }),
            firstRowSeconds: firstRows.isEmpty ? nil : middle(of: firstRows))
    }
}

/// The median, or nil for an empty list.
func middle(of numbers: [Double]) -> Double {
    let sorted = numbers.sorted()
    let upper = sorted[sorted.count / 2]
    return sorted.count.isMultiple(of: 2) ? (sorted[sorted.count / 2 - 1] + upper) / 2 : upper
}
