import Glibc

/// Counts, with callgrind, the instructions that `ct-inspect dump` needs per entry; the count is free of noise.
struct InstructionCheck {
    private let tools: Tools
    private let workspace: Workspace

    /// Startup and exit are in both, and cancel out.
    private static let small = 2_000
    private static let large = 22_000
    private static let patience: Duration = .seconds(120)

    init(_ tools: Tools, _ workspace: Workspace) {
        self.tools = tools
        self.workspace = workspace
    }

    /// - Returns: the exit status: 1 if a figure exceeds its bound, or could not be measured.
    func run(bounds path: String) throws -> Int32 {
        let bounds = try InstructionBound.all(in: readText(of: path))
        guard !bounds.isEmpty else { throw Failure(.usage, "\(path) holds no bound") }
        let (small, large) = try inFreshNamespace {
            try SampleTable.add(0..<Self.small, marked: 0)
            let small = try bounds.map { try attempt($0.format) }
            try SampleTable.add(Self.small..<Self.large, marked: 0)
            return (small, try bounds.map { try attempt($0.format) })
        }
        var passed = 0
        for (bound, counts) in zip(bounds, zip(small, large)) {
            do {
                let more = try counts.1.get() - counts.0.get()
                let figure = Double(more) / Double(Self.large - Self.small)
                print(sentence(on: bound, figure))
                if bound.isKept(by: figure) { passed += 1 }
            } catch {
                print("dump as \(bound.format): \(error)")
            }
        }
        print("\(passed) passed, \(bounds.count - passed) failed")
        return passed == bounds.count ? 0 : 1
    }

    /// The figure for one format, or the reason for its absence; the others continue.
    /// - Throws: if a termination signal arrives.
    private func attempt(_ format: String) throws -> Result<Int, Failure> {
        do {
            return .success(try instructions(of: format))
        } catch let failure as Failure where failure.kind != .interrupted {
            return .failure(failure)
        }
    }

    private func sentence(on bound: InstructionBound, _ figure: Double) -> String {
        let verdict =
            if !bound.isKept(by: figure) {
                "over the bound"
            } else if bound.isLoose(for: figure) {
                "well below: lower the bound"
            } else {
                "within the bound"
            }
        return "dump as \(bound.format): \(fixed(figure, 1)) instructions an entry, "
            + "bound \(fixed(bound.instructions, 1)): \(verdict)"
    }

    private func instructions(of format: String) throws -> Int {
        let profile = workspace.path(.profile)
        let errors = workspace.path(.errors)
        let option = format == "json" ? ["--json"] : ["--format", format]
        var child = try Child(
            ["valgrind", "--tool=callgrind", "--callgrind-out-file=\(profile)", tools.program, "dump"] + option,
            output: "/dev/null", errors: errors)
        let ending = try child.wait(within: Self.patience)
        guard ending.isSuccess else {
            // Valgrind's own lines start with the process id between equals signs.
            let complaint = try readText(of: errors).split(separator: "\n").first { !$0.hasPrefix("==") } ?? ""
            throw Failure(.unavailable, "\(describe(status: ending.status)): \(complaint)")
        }
        return try Callgrind.total(in: readText(of: profile))
    }
}
