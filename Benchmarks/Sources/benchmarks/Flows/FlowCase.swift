/// The cost of reading a capture with `flows`, and the time until it shows something.
struct FlowCase {
    let measure: Measure

    static func title(_ entries: Int) -> String { "flows: \(entries) connections of IPVS, from a capture" }

    func run(_ rounds: Int, upTo entries: Int) throws -> [FlowResult] {
        try SampleCapture.sizes(upTo: entries).map { entries in
            try SampleCapture.using(entries, in: measure.workspace) { capture in
                let subjects = FlowSubject.all(measure, capture, entries)
                let rows = subjects.map { FlowResult.Row(role: $0.role, title: $0.title) }
                let title = Self.title(entries)
                return FlowResult(
                    entries: entries,
                    try takeTurns(rows, rounds: rounds, title: title) { try subjects[$0].run() })
            }
        }
    }
}
