/// What one run yields, and what represents several.
protocol RunFigures: Codable {
    /// Nil without runs.
    static func summary(of runs: [Self]) -> Self?
}

/// The subjects of a case measured side by side, and how they compare.
struct CaseResult<Role: Codable & Hashable, Run: RunFigures>: Codable {
    struct Row: Codable {
        let role: Role
        let title: String
        /// In chronological order.
        var runs: [Run] = []
        fileprivate(set) var summary: Run?
        /// The reason why it could not be measured.
        var failure: String?
    }

    let name: CaseName
    let title: String
    /// Connections or entries, if the case depends on their number.
    let entries: Int?
    /// The traffic, if the case sends any.
    let load: TrafficLoad?
    let rows: [Row]
    let judgements: [Judgement]

    var hasFailed: Bool { rows.contains { $0.failure != nil } }

    /// - Parameter judge: gets the summaries of those that could be measured.
    init(
        _ name: CaseName, _ title: String, entries: Int? = nil, load: TrafficLoad? = nil, _ rows: [Row],
        judge: ([Role: Run]) -> [Judgement]
    ) {
        self.name = name
        self.title = title
        self.entries = entries
        self.load = load
        var rows = rows
        for index in rows.indices where rows[index].failure == nil {
            rows[index].summary = .summary(of: rows[index].runs)
        }
        self.rows = rows
        let summaries = rows.compactMap { row in row.summary.map { (row.role, $0) } }
        judgements = judge(Dictionary(uniqueKeysWithValues: summaries))
    }

    /// Runs all subjects in turn, repeatedly, so that a temporary slowdown of the machine affects all of them. A subject
    /// that fails is left out from then on, and the others continue.
    ///
    /// - Parameter run: runs the subject with that index.
    /// - Throws: if a termination signal arrives.
    static func takeTurns(
        _ subjects: [(role: Role, title: String)], rounds: Int, title: String, run: (Int) throws -> Run
    ) throws -> [Row] {
        var rows = subjects.map { Row(role: $0.role, title: $0.title) }
        for round in 1...rounds {
            say("benchmarks: \(title): round \(round) of \(rounds)")
            for index in rows.indices where rows[index].failure == nil {
                do {
                    rows[index].runs.append(try run(index))
                } catch let failure as Failure where failure.kind != .interrupted {
                    rows[index].failure = failure.description
                    say("benchmarks: \(rows[index].title): \(failure)")
                }
            }
        }
        return rows
    }
}

typealias DumpResult = CaseResult<Role, Figures>
typealias TrafficResult = CaseResult<Role, TrafficFigures>
typealias FlowResult = CaseResult<FlowRole, Figures>
typealias WatchResult = CaseResult<WatchRole, WatchFigures>
typealias ExportResult = CaseResult<ExportRole, ExportFigures>
