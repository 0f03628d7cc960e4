/// The most instructions an entry that a format may take.
struct InstructionBound {
    let format: String
    let instructions: Double

    /// How far over its bound a figure may be: the C library picks its routines by the processor, and identifiers have more digits or fewer.
    private static let tolerance = 1.02
    /// A bound that is this far over the figure no longer holds anything.
    private static let slack = 0.90

    /// Reads lines of a format and a number; `#` begins a comment.
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
