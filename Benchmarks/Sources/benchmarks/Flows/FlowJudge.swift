/// Computes differences of the measurements, and compares them with the targets.
struct FlowJudge {
    let entries: Int
    let medians: [FlowRole: Figures]

    /// The size the targets apply to. Smaller captures are measured for comparison.
    static let targetSize = 1_000_000

    func judge() -> [Judgement] {
        [
            Judgement("--summary, s", medians[.summary]?.wallSeconds, bound(1.5)),
            Judgement("the text, s", medians[.text]?.wallSeconds, bound(3)),
            Judgement("--json, s", medians[.json]?.wallSeconds, bound(3)),
            Judgement("user CPU of --summary beyond services, s", beyond(.summary, \.userSeconds), bound(2)),
            Judgement("peak memory of --summary beyond services, MB", memory(.summary), bound(200)),
            Judgement("first row of the text, s", medians[.text]?.firstRowSeconds, bound(1.5)),
            Judgement("first row of --json, s", medians[.json]?.firstRowSeconds, bound(1.5)),
            Judgement("user CPU of the text beyond services, s", beyond(.text, \.userSeconds), .none),
            Judgement("user CPU of --json beyond services, s", beyond(.json, \.userSeconds), .none),
            Judgement("peak memory of the text beyond services, MB", memory(.text), .none),
            Judgement("peak memory of --json beyond services, MB", memory(.json), .none),
        ]
    }

    private func bound(_ limit: Double) -> Target.Bound { entries == Self.targetSize ? .atMost(limit) : .none }

    private func beyond(_ role: FlowRole, _ figure: (Figures) -> Double) -> Double? {
        medians[role].flatMap { own in medians[.opening].map { figure(own) - figure($0) } }
    }

    /// In megabytes, like the targets.
    private func memory(_ role: FlowRole) -> Double? {
        beyond(role, \.peakMebibytes).map { $0 * 1_048_576 / 1_000_000 }
    }
}
