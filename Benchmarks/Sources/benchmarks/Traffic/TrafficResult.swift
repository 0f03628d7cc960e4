/// The measurements of a load.
struct TrafficResult: Codable {
    struct Row: Codable, TurnTaker {
        let role: Role
        let title: String
        /// In chronological order.
        var runs: [TrafficFigures] = []
        var summary: TrafficFigures?
        /// The reason why it could not be measured.
        var failure: String?
    }

    let name: CaseName
    let load: TrafficLoad
    let title: String
    let rows: [Row]
    let judgements: [Judgement]

    var hasFailed: Bool { rows.contains { $0.failure != nil } }

    init(_ load: TrafficLoad, _ rows: [Row]) {
        name = .observe
        self.load = load
        title = load.title
        var rows = rows
        for index in rows.indices where rows[index].failure == nil {
            rows[index].summary = .summary(of: rows[index].runs)
        }
        self.rows = rows
        judgements = load.judge(
            Dictionary(uniqueKeysWithValues: rows.compactMap { row in row.summary.map { (row.role, $0) } }))
    }
}
