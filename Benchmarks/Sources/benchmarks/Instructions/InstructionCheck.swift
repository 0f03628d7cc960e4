import Glibc

/// Counts the instructions that `ct-inspect dump` takes for an entry, which noise does not move, by callgrind.
struct InstructionCheck {
    private let tools: Tools
    private let workspace: Workspace

    /// What starting and ending take is in both, and cancels out.
    private static let small = 2_000
    private static let large = 22_000
    private static let patience: Duration = .seconds(120)

    init(_ tools: Tools, _ workspace: Workspace) {
        self.tools = tools
        self.workspace = workspace
    }

    /// - Returns: the exit status: 1 when a figure is over its bound.
    func run(bounds path: String) throws -> Int32 {
        let bounds = try InstructionBound.all(in: readText(of: path))
        guard !bounds.isEmpty else { throw Failure(.usage, "\(path) holds no bound") }
        let (small, large) = try inFreshNamespace {
            try SampleTable.add(0..<Self.small, marked: 0)
            let small = try bounds.map { try instructions(of: $0.format) }
            try SampleTable.add(Self.small..<Self.large, marked: 0)
            return (small, try bounds.map { try instructions(of: $0.format) })
        }
        var failed = 0
        for (bound, (small, large)) in zip(bounds, zip(small, large)) {
            let figure = Double(large - small) / Double(Self.large - Self.small)
            print(sentence(on: bound, figure))
            if !bound.isKept(by: figure) { failed += 1 }
        }
        print("\(bounds.count - failed) passed, \(failed) failed")
        return failed == 0 ? 0 : 1
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
            // Lines of valgrind's own begin with the process id between equals signs.
            let complaint = try readText(of: errors).split(separator: "\n").first { !$0.hasPrefix("==") } ?? ""
            throw Failure(.unavailable, "dump as \(format): \(describe(status: ending.status)): \(complaint)")
        }
        return try Callgrind.total(in: readText(of: profile))
    }
}
