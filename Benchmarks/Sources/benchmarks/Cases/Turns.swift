/// One of those that are measured side by side, and its runs so far.
protocol TurnTaker {
    associatedtype Run
    var title: String { get }
    /// In the order in which they were made.
    var runs: [Run] { get set }
    /// Why it could not be measured.
    var failure: String? { get set }
}

/// Runs all of them in turn, again and again, so that what slows the machine for a while slows all of them.
///
/// One that fails is left out from then on, and the others go on.
///
/// - Parameter run: of the one with that index.
/// - Throws: when a signal asks for the end.
func takeTurns<Row: TurnTaker>(
    _ rows: [Row], rounds: Int, title: String, run: (Int) throws -> Row.Run
) throws -> [Row] {
    var rows = rows
    for round in 1...rounds {
        say("benchmarks: \(title): round \(round) of \(rounds)")
        for index in rows.indices where rows[index].failure == nil {
            do {
                rows[index].runs.append(try run(index))
            } catch let failure as Failure where failure.kind != .interrupted {
                rows[index].failure = failure.description
                say("benchmarks: \(rows[index].title): \(failure)")
            }
        }
    }
    return rows
}
