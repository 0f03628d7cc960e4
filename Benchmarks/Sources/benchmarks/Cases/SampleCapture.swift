import FoundationEssentials

/// Captures of a director, as this kernel need not have IPVS.
enum SampleCapture {
    private static let script = "Benchmarks/Tools/make-capture.py"
    private static let fixtures = "Tests/Fixtures"
    /// The one of a few connections that the others are made of.
    static let small = "\(fixtures)/dr-untracked/capture"
    /// Its connections.
    static let few = 5

    /// Those that targets are about, unless the tables are to be smaller.
    static func sizes(upTo entries: Int) -> [Int] {
        let sizes = [WatchJudge.contractSize, FlowJudge.targetSize].filter { $0 <= entries }
        return sizes.isEmpty ? [entries] : sizes
    }

    /// Makes one of so many connections for as long as `body` runs, which gets its folder.
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
