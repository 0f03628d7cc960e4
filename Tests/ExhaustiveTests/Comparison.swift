import Inspection
import TestSupport
import Testing

/// The model held against the kernel, case by case.
struct Comparison {
    /// A packet of which the two do not say the same.
    struct Difference {
        let asked: Case
        /// Which packet of the case.
        let step: Int
        let model: Answer
        let kernel: Answer
    }

    /// Packets that were judged by both.
    private(set) var packets = 0
    private(set) var differences: [Difference] = []

    /// So many at once: reading a set takes longer than it grows.
    private static let batch = 4096

    init(_ cases: [Case], _ layout: Layout, _ conditions: TrackingConditions = TrackingConditions()) throws {
        let answers = try inFreshNamespace {
            let arena = try Arena(layout, conditions)
            var answers: [[Answer]] = []
            for start in stride(from: 0, to: cases.count, by: Self.batch) {
                answers += try arena.answers(to: cases[start..<min(start + Self.batch, cases.count)])
            }
            return answers
        }
        let tracker = Tracker(conditions)
        for (asked, kernel) in zip(cases, answers) {
            let model = tracker.answers(to: asked)
            packets += kernel.count
            // What follows a difference would differ for that alone.
            guard let step = model.indices.first(where: { model[$0] != kernel[$0] }) else { continue }
            differences.append(Difference(asked: asked, step: step, model: model[step], kernel: kernel[step]))
        }
    }
}

extension Comparison.Difference: CustomStringConvertible {
    var description: String { "\(asked) [\(step + 1)]: model \(model); kernel \(kernel)" }
}
