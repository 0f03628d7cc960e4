import Glibc

/// Where a measured program writes to.
enum Destination {
    case null
    /// A file on disk, which is removed after each run.
    case file
}

/// Runs programs with the package's own `measure`, which explains why it exists.
struct Measure {
    let tools: Tools
    let workspace: Workspace
    /// No dump of a million entries takes longer on a machine suitable for benchmarks.
    private static let patience: Duration = .seconds(180)

    /// - Parameter check: inspects the output file before it is removed. Not called for `/dev/null`.
    /// - Throws: if the program cannot be run or fails, with its error output.
    func run(_ words: [String], to destination: Destination, check: (String) throws -> Void) throws -> Figures {
        let output = destination == .null ? "/dev/null" : workspace.path(.output)
        defer { unlink(workspace.path(.output)) }
        var figures = try measured([output] + words).figures
        if destination == .file {
            figures.outputBytes = try sizeOfFile(output)
            try check(output)
        }
        return figures
    }

    /// Runs a program whose output goes to a pipe, and measures the time until its first row.
    ///
    /// - Parameter mark: occurs exactly once in each row, and nowhere else.
    /// - Throws: as above, and if the number of rows differs, as the run then did not measure what it claims to.
    func stream(_ words: [String], rows: Int, mark: String) throws -> Figures {
        let measured = try measured(["--rows", mark] + words)
        guard measured.rows == rows else {
            throw Failure(.inputOutput, "wrote \(measured.rows ?? 0) rows, not \(rows)")
        }
        return measured.figures
    }

    private func measured(_ words: [String]) throws -> Measured {
        let errors = workspace.path(.errors)
        var child = try Child([tools.measure] + words, output: workspace.path(.figures), errors: errors)
        let ending = try child.wait(within: Self.patience)
        let complaint = try readText(of: errors).split(separator: "\n").prefix(3).joined(separator: "; ")
        guard ending.isSuccess else { throw Failure(.unavailable, complaint) }
        let measured = try Measured(firstLine(of: workspace.path(.figures)))
        guard measured.status == 0 else {
            throw Failure(.unavailable, "\(describe(status: measured.status)): \(complaint)")
        }
        return measured
    }
}

/// The output of `measure`.
struct Measured {
    let status: CInt
    let figures: Figures
    /// For output that went to a pipe.
    let rows: Int?

    init(_ line: String) throws {
        let numbers = line.split(separator: " ").compactMap { Int($0) }
        guard numbers.count == 5 || numbers.count == 8 else { throw Failure(.inputOutput, "measure said \(line)") }
        let isPiped = numbers.count == 8
        status = CInt(truncatingIfNeeded: numbers[0])
        figures = Figures(
            wallSeconds: Double(numbers[1]) / 1e9, userSeconds: Double(numbers[2]) / 1e6,
            systemSeconds: Double(numbers[3]) / 1e6, peakMebibytes: Double(numbers[4]) / 1024,
            outputBytes: isPiped ? numbers[7] : 0,
            firstRowSeconds: isPiped && numbers[6] > 0 ? Double(numbers[5]) / 1e9 : nil)
        rows = isPiped ? numbers[6] : nil
    }
}
