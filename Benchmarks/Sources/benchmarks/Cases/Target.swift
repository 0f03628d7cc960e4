/// The target for one of our figures, by itself or as a ratio to another's.
struct Target {
    enum Quantity {
        case wall, user, peak
    }

    enum Bound {
        case atMost(Double)
        case atLeast(Double)
        /// No target: the ratio is shown for comparison.
        case none
    }

    let text: String
    let quantity: Quantity
    let numerator: Role
    /// If there is none, the figure itself is checked against the bound.
    let denominator: Role?
    let bound: Bound

    init(_ text: String, _ quantity: Quantity, of numerator: Role, over denominator: Role?, _ bound: Bound) {
        self.text = text
        self.quantity = quantity
        self.numerator = numerator
        self.denominator = denominator
        self.bound = bound
    }

    /// - Parameter medians: the medians of those that could be measured.
    func judge(_ medians: [Role: Figures]) -> Judgement {
        let value = medians[numerator].map(figure)
        var ratio = value
        if let denominator {
            // A tick-based clock may read zero; then there is no ratio.
            let divisor = medians[denominator].map(figure).flatMap { $0 > 0 ? $0 : nil }
            ratio = divisor.flatMap { divisor in value.map { $0 / divisor } }
        }
        return Judgement(text, ratio, bound)
    }

    private func figure(_ figures: Figures) -> Double {
        switch quantity {
        case .wall: figures.wallSeconds
        case .user: figures.userSeconds
        case .peak: figures.peakMebibytes
        }
    }
}

/// The outcome for a target.
struct Judgement: Codable {
    enum Verdict: String, Codable {
        case met, missed
        case notMeasured = "not measured"
        case noTarget = "no target"
        /// The figure is a lower limit, and below the bound.
        case undecided
    }

    let target: String
    let value: Double?
    let bound: Double?
    private(set) var verdict: Verdict

    var undecided: Judgement {
        var judgement = self
        judgement.verdict = .undecided
        return judgement
    }

    init(_ target: String, _ value: Double?, _ bound: Target.Bound) {
        self.target = target
        self.value = value
        switch bound {
        case .none:
            self.bound = nil
            verdict = value == nil ? .notMeasured : .noTarget
        case .atMost(let limit):
            self.bound = limit
            verdict = value.map { $0 <= limit ? .met : .missed } ?? .notMeasured
        case .atLeast(let limit):
            self.bound = limit
            verdict = value.map { $0 >= limit ? .met : .missed } ?? .notMeasured
        }
    }
}
