import FoundationEssentials

/// Captures of a director, as this kernel may lack IPVS.
enum SampleCapture {
    private static let script = "Benchmarks/Tools/make-capture.py"
    private static let fixtures = "Tests/Fixtures"
    /// The small capture that the others are generated from.
    static let small = "\(fixtures)/dr-untracked/capture"
    /// The number of its connections.
    static let few = 5

    /// The sizes that the targets apply to, unless the tables are to be smaller.
    static func sizes(upTo entries: Int) -> [Int] {
        let sizes = [WatchJudge.contractSize, FlowJudge.targetSize].filter { $0 <= entries }
        return sizes.isEmpty ? [entries] : sizes
    }

    /// Generates a capture of this many connections for as long as `body` runs, and passes its directory.
    static func using<Value>(
        _ connections: Int, in workspace: Workspace, _ body: (String) throws -> Value
    ) throws -> Value {
        let folder = workspace.path(.capture)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        say("benchmarks: making a capture of \(connections) connections")
        try runTool(
            ["python3", script, fixtures, folder, "\(connections)"], patience: .seconds(300), in: workspace)
        return try body(folder)
    }
}
