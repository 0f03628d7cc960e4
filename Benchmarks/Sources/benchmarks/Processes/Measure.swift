import Glibc

/// What one run of a program took.
struct Figures: Codable {
    var wallSeconds: Double
    var userSeconds: Double
    var systemSeconds: Double
    var peakMebibytes: Double
    var outputBytes: Int
}

/// Where a measured program writes to.
enum Destination {
    case null
    /// A file on disk, which is removed after each run.
    case file
}

/// Runs programs by the package's own `measure`, which says why it exists.
struct Measure {
    let tools: Tools
    let workspace: Workspace
    /// No dump of a million entries takes longer, on a machine that is fit for the benchmark.
    private static let patience: Duration = .seconds(180)

    /// - Parameter check: looks at the output file, before it is removed. Not called for `/dev/null`.
    /// - Throws: when the program cannot be run or fails, with what it said.
    func run(_ words: [String], to destination: Destination, check: (String) throws -> Void) throws -> Figures {
        let output = destination == .null ? "/dev/null" : workspace.path(.output)
        defer { unlink(workspace.path(.output)) }
        let errors = workspace.path(.errors)
        var child = try Child(
            [tools.measure, output] + words, output: workspace.path(.figures), errors: errors)
        let ending = try child.wait(within: Self.patience)
        let complaint = try readText(of: errors).split(separator: "\n").prefix(3).joined(separator: "; ")
        guard ending.isSuccess else { throw Failure(.unavailable, complaint) }

        let numbers = try firstLine(of: workspace.path(.figures)).split(separator: " ").compactMap { Int($0) }
        guard numbers.count == 5 else { throw Failure(.inputOutput, "measure said \(numbers)") }
        guard numbers[0] == 0 else {
            throw Failure(.unavailable, "\(describe(status: CInt(truncatingIfNeeded: numbers[0]))): \(complaint)")
        }
        var figures = Figures(
            wallSeconds: Double(numbers[1]) / 1e9, userSeconds: Double(numbers[2]) / 1e6,
            systemSeconds: Double(numbers[3]) / 1e6, peakMebibytes: Double(numbers[4]) / 1024, outputBytes: 0)
        if destination == .file {
            figures.outputBytes = try sizeOfFile(output)
            try check(output)
        }
        return figures
    }
}
