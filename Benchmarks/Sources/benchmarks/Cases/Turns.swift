/// One of several subjects measured side by side, and its runs so far.
protocol TurnTaker {
    associatedtype Run
    var title: String { get }
    /// In chronological order.
    var runs: [Run] { get set }
    /// The reason why it could not be measured.
    var failure: String? { get set }
}

/// Runs all of them in turn, repeatedly, so that a temporary slowdown of the machine affects all of them.
///
/// A subject that fails is left out from then on, and the others continue.
///
/// - Parameter run: runs the subject with that index.
/// - Throws: if a termination signal arrives.
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
