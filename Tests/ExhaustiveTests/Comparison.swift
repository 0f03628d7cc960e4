import Inspection
import TestSupport
import Testing

/// The model compared with the kernel, case by case.
struct Comparison {
    /// A packet on which the two disagree.
    struct Difference {
        let asked: Case
        /// Which packet of the case.
        let step: Int
        let model: Answer
        let kernel: Answer
    }

    /// Packets judged by both.
    private(set) var packets = 0
    private(set) var differences: [Difference] = []
    /// The reasons that occurred.
    private(set) var known: Set<KnownDifference> = []

    /// Batch size, bounded because reading a set takes more than linear time.
    private static let batch = 4096

    init(
        _ cases: [Case], _ layout: Layout, _ conditions: TrackingConditions = TrackingConditions(isLiberal: true)
    ) throws {
        let answers = try inFreshNamespace {
            let arena = try Arena(layout, conditions)
            var answers: [[Answer]] = []
            for start in stride(from: 0, to: cases.count, by: Self.batch) {
                answers += try arena.answers(to: cases[start..<min(start + Self.batch, cases.count)])
            }
            return answers
        }
        let tracker = ConntrackModel(conditions)
        for (asked, kernel) in zip(cases, answers) {
            let model = tracker.answers(to: asked)
            packets += kernel.count
            compare(asked, model, kernel)
        }
    }

    private mutating func compare(_ asked: Case, _ model: [Answer], _ kernel: [Answer]) {
        for step in model.indices where model[step] != kernel[step] {
            let difference = Difference(asked: asked, step: step, model: model[step], kernel: kernel[step])
            guard let reason = KnownDifference.allCases.first(where: { $0.explains(difference) }) else {
                differences.append(difference)
                // Later packets would differ for that reason alone.
                return
            }
            known.insert(reason)
        }
    }
}

extension Comparison.Difference: CustomStringConvertible {
    var description: String { "\(asked) [\(step + 1)]: model \(model); kernel \(kernel)" }
}
