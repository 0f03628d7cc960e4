/// The cost of reading the flows of a capture.
struct FlowResult: Codable {
    struct Row: Codable, TurnTaker {
        let role: FlowRole
        let title: String
        /// In chronological order.
        var runs: [Figures] = []
        var median: Figures?
        /// The reason why it could not be measured.
        var failure: String?
    }

    let name: CaseName
    let title: String
    let entries: Int
    let rows: [Row]
    let judgements: [Judgement]

    var hasFailed: Bool { rows.contains { $0.failure != nil } }

    init(entries: Int, _ rows: [Row]) {
        name = .flows
        title = FlowCase.title(entries)
        self.entries = entries
        var rows = rows
        for index in rows.indices where rows[index].failure == nil {
            rows[index].median = .median(of: rows[index].runs)
        }
        self.rows = rows
        let medians = Dictionary(uniqueKeysWithValues: rows.compactMap { row in row.median.map { (row.role, $0) } })
        judgements = FlowJudge(entries: entries, medians: medians).judge()
    }
}
