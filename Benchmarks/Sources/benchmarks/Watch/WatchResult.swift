/// What a scene has measured.
struct WatchResult: Codable {
    struct Row: Codable, TurnTaker {
        let role: WatchRole
        let title: String
        /// In the order in which they were made.
        var runs: [WatchFigures] = []
        var median: WatchFigures?
        /// Why it could not be measured.
        var failure: String?
    }

    let name: CaseName
    let title: String
    let entries: Int
    let rows: [Row]
    let judgements: [Judgement]

    var hasFailed: Bool { rows.contains { $0.failure != nil } }

    init(_ scene: WatchScene, entries: Int, _ rows: [Row]) {
        name = .watch
        title = scene.title(entries)
        self.entries = entries
        var rows = rows
        for index in rows.indices where rows[index].failure == nil {
            rows[index].median = .median(of: rows[index].runs)
        }
        self.rows = rows
        let medians = Dictionary(uniqueKeysWithValues: rows.compactMap { row in row.median.map { (row.role, $0) } })
        judgements = WatchJudge(entries: entries, medians: medians).judge(scene)
    }
}

/// What is watched.
enum WatchScene {
    /// A capture with that many connections of IPVS.
    case flows
    /// This kernel's table with that many entries.
    case table

    func title(_ entries: Int) -> String {
        switch self {
        case .flows: "watch: \(entries) connections of IPVS, from a capture"
        case .table: "watch: a table of \(entries) entries, live"
        }
    }
}

/// The part that a run plays in the differences.
enum WatchRole: String, Codable {
    /// Opens the capture and has its check sums verified.
    case opening
    /// Reads the capture twice on top of that, and prints one screen.
    case twoReadings
    /// The same on a terminal.
    case onTerminal
    /// Reads the capture some times more there.
    case manyReadings
    /// Reads a capture of a few connections twice.
    case fewFlows
    /// The kernel's own part of a reading.
    case floor
    case emptyTable
    case fullTable
}
