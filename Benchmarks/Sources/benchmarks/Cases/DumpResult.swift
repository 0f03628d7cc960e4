/// The measurements of a case.
struct DumpResult: Codable {
    struct Row: Codable, TurnTaker {
        let role: Role
        let command: String
        var title: String { command }
        /// In chronological order.
        var runs: [Figures] = []
        var median: Figures?
        /// The reason why it could not be measured.
        var failure: String?
    }

    let name: CaseName
    let title: String
    let rows: [Row]
    let judgements: [Judgement]

    var hasFailed: Bool { rows.contains { $0.failure != nil } }
}

extension DumpCase {
    func run(_ rounds: Int, with measure: Measure) throws -> DumpResult {
        let started = contestants.map { DumpResult.Row(role: $0.role, command: $0.title) }
        var rows = try takeTurns(started, rounds: rounds, title: title) { try run(contestants[$0], with: measure) }
        for index in rows.indices where rows[index].failure == nil {
            rows[index].median = .median(of: rows[index].runs)
        }
        let medians = Dictionary(uniqueKeysWithValues: rows.compactMap { row in row.median.map { (row.role, $0) } })
        return DumpResult(name: name, title: title, rows: rows, judgements: targets.map { $0.judge(medians) })
    }

    private func run(_ contestant: Contestant, with measure: Measure) throws -> Figures {
        let expected = contestant.role == .aside ? 0 : expected
        return try measure.run(contestant.words, to: destination) { try contestant.check($0, holds: expected) }
    }
}
