/// The load of an event case: a steady rate, or a single burst.
enum EventLoad {
    case rate, burst

    private static let seconds = 2.0

    var name: CaseName { self == .rate ? .events : .bursts }
    var unit: String { self == .rate ? "events/s" : "events at once" }

    var title: String {
        switch self {
        case .rate: "highest rate of events without loss, for \(Int(Self.seconds)) s"
        case .burst: "largest burst of events without loss"
        }
    }

    var target: Target.Bound { self == .rate ? .atLeast(10) : .none }

    private var search: LossSearch {
        switch self {
        case .rate: LossSearch(loads: 2_000...2_048_000, doubt: .forTheListener)
        case .burst: LossSearch(loads: 32...524_288, doubt: .againstTheListener)
        }
    }

    /// A listener that fails is left out, and the others continue.
    func run(_ subjects: [EventSubject], in workspace: Workspace) throws -> EventResult {
        let rows = try subjects.map { subject in
            var row = EventResult.Row(role: subject.role, command: subject.title)
            do {
                let outcome = try search.run { try trial($0, of: subject, in: workspace) }
                row.trials = outcome.trials
                row.best = outcome.borne.map { self == .rate ? $0.rate : Double($0.made) } ?? 0
                row.isOpenEnded = outcome.isOpenEnded
            } catch let failure as Failure where failure.kind != .interrupted {
                row.failure = failure.description
                say("benchmarks: \(subject.title): \(failure)")
            }
            return row
        }
        return EventResult(self, rows)
    }

    private func trial(_ load: Double, of subject: EventSubject, in workspace: Workspace) throws -> EventTrial {
        let trial =
            switch self {
            case .rate: try EventTrial.run(subject, events: Int(load * Self.seconds), rate: load, in: workspace)
            case .burst: try EventTrial.run(subject, events: Int(load), rate: nil, in: workspace)
            }
        let missing = trial.made - trial.reported.new - trial.reported.destroy
        let outcome = trial.isLossFree ? "no loss" : "\(missing) not reported"
        say("benchmarks: \(subject.title): \(trial.made) events at \(Int(trial.rate))/s: \(outcome)")
        return trial
    }
}
