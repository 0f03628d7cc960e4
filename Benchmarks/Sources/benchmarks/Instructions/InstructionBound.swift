/// The maximum number of instructions per entry for a format.
struct InstructionBound {
    let format: String
    let instructions: Double

    /// The tolerance over the bound: the C library selects routines by processor, and identifiers vary in their number
    /// of digits.
    private static let tolerance = 1.02
    /// A bound that exceeds the figure by this much is too loose to be useful.
    private static let slack = 0.90

    /// Parses lines of a format and a number; `#` starts a comment.
    static func all(in text: String) throws -> [InstructionBound] {
        try text.split(separator: "\n").compactMap { line in
            let fields = line.prefix { $0 != "#" }.split { $0 == " " || $0 == "\t" }
            if fields.isEmpty { return nil }
            guard fields.count == 2, let number = Double(fields[1]), number > 0 else {
                throw Failure(.usage, "a bound is a format and a number, not: \(line)")
            }
            return InstructionBound(format: String(fields[0]), instructions: number)
        }
    }

    func isKept(by figure: Double) -> Bool { figure <= instructions * Self.tolerance }

    func isLoose(for figure: Double) -> Bool { figure < instructions * Self.slack }
}

/// The output file of callgrind (the format is described in Valgrind's manual, "Callgrind Format Specification").
enum Callgrind {
    /// The instructions of all threads: the `totals:` lines of the file's parts, usually just one.
    static func total(in profile: String) throws -> Int {
        let totals = profile.split(separator: "\n").filter { $0.hasPrefix("totals:") }
        let numbers = totals.compactMap { Int($0.dropFirst("totals:".count).drop { $0 == " " }) }
        guard !numbers.isEmpty, numbers.count == totals.count else {
            throw Failure(.inputOutput, "callgrind's file holds no total")
        }
        return numbers.reduce(0, +)
    }
}
