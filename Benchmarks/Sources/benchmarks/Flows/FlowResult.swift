/// What reading a capture's flows has taken.
struct FlowResult: Codable {
    struct Row: Codable, TurnTaker {
        let role: FlowRole
        let title: String
        /// In the order in which they were made.
        var runs: [Figures] = []
        var median: Figures?
        /// Why it could not be measured.
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
