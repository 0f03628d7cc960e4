/// The cost of an open screen: flows from captures, the table live.
struct WatchCase {
    private let measure: WatchMeasure

    init(_ tools: Tools, _ workspace: Workspace, seconds: Int) {
        measure = WatchMeasure(tools: tools, workspace: workspace, seconds: seconds)
    }

    func run(_ rounds: Int, upTo entries: Int) throws -> [WatchResult] {
        let sizes = SampleCapture.sizes(upTo: entries)
        return try sizes.map { try flows($0, rounds) } + sizes.map { try table($0, rounds) }
    }

    private func flows(_ entries: Int, _ rounds: Int) throws -> WatchResult {
        try SampleCapture.using(entries, in: measure.workspace) { capture in
            let title = WatchScene.flows.title(entries)
            let rows = try take(turns: rounds, title, measure.flows(capture, entries))
            return result(.flows, entries, rows)
        }
    }

    /// The empty table separately: the namespace of the full one is filled for all rounds, as filling takes seconds.
    private func table(_ entries: Int, _ rounds: Int) throws -> WatchResult {
        let title = WatchScene.table.title(entries)
        let empty = try inFreshNamespace { try take(turns: rounds, "\(title), empty", [measure.emptyTable()]) }
        return try HostLimits.raised(for: entries) {
            try inFreshNamespace {
                try SampleTable.filled(with: entries) {
                    let full = try take(turns: rounds, title, measure.fullTable())
                    return result(.table, entries, full + empty)
                }
            }
        }
    }

    private func take(turns rounds: Int, _ title: String, _ subjects: [WatchSubject]) throws -> [WatchResult.Row] {
        try WatchResult.takeTurns(subjects.map { ($0.role, $0.title) }, rounds: rounds, title: title) {
            try subjects[$0].run()
        }
    }

    private func result(_ scene: WatchScene, _ entries: Int, _ rows: [WatchResult.Row]) -> WatchResult {
        WatchResult(.watch, scene.title(entries), entries: entries, rows) {
            WatchJudge(entries: entries, medians: $0).judge(scene)
        }
    }
}
