/// What a scrape of an exporter costs.
struct ExportFigures: RunFigures {
    /// User and system, of the exporter, a scrape.
    var cpuSeconds: Double
    /// A scrape, at the client.
    var wallSeconds: Double
    /// The exporter's peak before the first scrape, and after the last.
    var readingMebibytes: Double
    var peakMebibytes: Double
    var pageBytes: Double

    /// - Parameter text: the output of `scrape.py`.
    init(_ text: String) throws {
        let numbers = text.split { $0 == " " || $0 == "\n" }.compactMap { Double($0) }
        guard numbers.count == 5 else { throw Failure(.inputOutput, "scrape.py said \(text)") }
        cpuSeconds = numbers[0] / 1e6
        wallSeconds = numbers[1] / 1e6
        readingMebibytes = numbers[2] / 1024
        peakMebibytes = numbers[3] / 1024
        pageBytes = numbers[4]
    }

    /// The median of each figure separately.
    static func summary(of runs: [ExportFigures]) -> ExportFigures? {
        guard var median = runs.first else { return nil }
        let figures = [
            \ExportFigures.cpuSeconds, \.wallSeconds, \.readingMebibytes, \.peakMebibytes, \.pageBytes,
        ]
        for figure in figures { median[keyPath: figure] = middle(of: runs.map { $0[keyPath: figure] }) }
        return median
    }
}
