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
