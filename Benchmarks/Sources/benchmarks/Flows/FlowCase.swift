/// The cost of reading a capture with `flows`, and the time until it shows something.
struct FlowCase {
    let measure: Measure

    func run(_ rounds: Int, upTo entries: Int) throws -> [FlowResult] {
        try SampleCapture.sizes(upTo: entries).map { entries in
            try SampleCapture.using(entries, in: measure.workspace) { capture in
                let subjects = FlowSubject.all(measure, capture, entries)
                let title = "flows: \(entries) connections of IPVS, from a capture of the kernel's table"
                let rows = try FlowResult.takeTurns(
                    subjects.map { ($0.role, $0.title) }, rounds: rounds, title: title
                ) { try subjects[$0].run() }
                return FlowResult(.flows, title, entries: entries, rows) {
                    FlowJudge(entries: entries, medians: $0).judge()
                }
            }
        }
    }
}
