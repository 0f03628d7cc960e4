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
