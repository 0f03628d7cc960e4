/// The measurements of a scene.
struct WatchResult: Codable {
    struct Row: Codable, TurnTaker {
        let role: WatchRole
        let title: String
        /// In chronological order.
        var runs: [WatchFigures] = []
        var median: WatchFigures?
        /// The reason why it could not be measured.
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
    /// A capture with this many IPVS connections.
    case flows
    /// This kernel's table with this many entries.
    case table

    func title(_ entries: Int) -> String {
        switch self {
        case .flows: "watch: \(entries) connections of IPVS, from a capture"
        case .table: "watch: a table of \(entries) entries, live"
        }
    }
}

/// The role of a run in the differences.
enum WatchRole: String, Codable {
    /// Opens the capture and verifies its checksums.
    case opening
    /// The same, then reads the capture twice and prints one screen.
    case twoReadings
    /// The same on a terminal.
    case onTerminal
    /// Reads the capture a few more times on the terminal.
    case manyReadings
    /// Reads a capture of a few connections twice.
    case fewFlows
    /// The kernel's own part of a reading.
    case floor
    case emptyTable
    case fullTable
}
