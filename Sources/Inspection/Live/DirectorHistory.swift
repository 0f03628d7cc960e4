import Conntrack

/// What has become of a director over time: the last ten minutes by the second, two hours by ten seconds, a day by the minute. It never
/// takes more memory than that.
package struct DirectorHistory: Sendable {
    /// What is kept.
    package enum Series: Int, CaseIterable, Sendable {
        /// Entries relative to the table's limit.
        case fill
        /// Connections of IPVS.
        case connections
        /// Entries per second.
        case created, destroyed
        /// Packets per second by ctstate, while packets are observed.
        case new, established, related, invalid, untracked
        /// Packets per second that were lost on their way, while packets are observed.
        case dropped
        /// Per second: packets and entries that the table had no place for, and entries that were evicted.
        case refused

        /// Nil for what is no ctstate.
        package var ctstate: CTState? { CTState(lowercase: "\(self)") }
    }

    /// Not a number where it is unknown.
    struct Sample: Equatable, Sendable {
        private var values = [Double](repeating: .nan, count: Series.allCases.count)

        subscript(series: Series) -> Double? {
            get {
                let value = values[series.rawValue]
                return value.isNaN ? nil : value
            }
            set { values[series.rawValue] = newValue ?? .nan }
        }
    }

    private var tiers = [Tier(step: 1, most: 600), Tier(step: 10, most: 720), Tier(step: 60, most: 1440)]
    /// Those that have had a value.
    package private(set) var known: Set<Series> = []
    /// When the last sample was taken, in seconds since the start.
    private var last: Int?

    /// After a longer time without a reading, nobody knows what was in between.
    private static let longestGap = 60

    package init() {}

    /// - Parameters:
    ///   - second: since the start; in the same second as the last one, both count.
    ///   - span: for how many seconds it holds; nil: since the last reading.
    mutating func take(_ sample: Sample, at second: Int, over span: Int? = nil) {
        let since = last.flatMap { second - $0 <= span ?? Self.longestGap ? $0 + 1 : nil }
        let from = since ?? second - min(span ?? 1, Self.longestGap) + 1
        for moment in min(from, second)...second {
            for index in tiers.indices { tiers[index].take(sample, at: moment) }
        }
        last = second
        known.formUnion(Series.allCases.filter { sample[$0] != nil })
    }

    /// The latest value; nil if it is unknown.
    package func latest(_ series: Series) -> Double? { tiers[0].latest?[series] }

    /// Means over spans of equal length, the newest last, whose span has perhaps not ended yet; nil where nothing is known.
    ///
    /// - Parameters:
    ///   - step: seconds of each; a multiple of 10 from 10 on, of 60 from 60 on.
    ///   - count: how many at most.
    package func means(_ series: Series, every step: Int, count: Int) -> [Double?] {
        guard let tier = tiers.last(where: { $0.step <= step && step % $0.step == 0 }), step > 0 else { return [] }
        return tier.means(series, every: step / tier.step, count: count)
    }
}

/// Means over spans of one length, as many as there is room for.
private struct Tier: Sendable {
    /// Seconds of a span.
    let step: Int
    let most: Int
    /// The means of the spans that have ended, by the number of the span modulo `most`.
    private var ended: [DirectorHistory.Sample?]
    private var sums: [(sum: Double, count: Int)]
    /// The number of the span that goes on.
    private var current: Int?

    init(step: Int, most: Int) {
        (self.step, self.most) = (step, most)
        ended = Array(repeating: nil, count: most)
        sums = Self.none
    }

    private static let none = [(sum: Double, count: Int)](
        repeating: (0, 0), count: DirectorHistory.Series.allCases.count)

    mutating func take(_ sample: DirectorHistory.Sample, at second: Int) {
        let span = second / step
        if let current, span > current {
            ended[current % most] = latest
            // Nothing is known of those that were left out.
            for skipped in current + 1..<min(span, current + 1 + most) { ended[skipped % most] = nil }
            sums = Self.none
        }
        current = span
        for series in DirectorHistory.Series.allCases {
            guard let value = sample[series] else { continue }
            sums[series.rawValue].sum += value
            sums[series.rawValue].count += 1
        }
    }

    /// Of the span that goes on.
    var latest: DirectorHistory.Sample? {
        guard current != nil else { return nil }
        var sample = DirectorHistory.Sample()
        for series in DirectorHistory.Series.allCases {
            let (sum, count) = sums[series.rawValue]
            sample[series] = count > 0 ? sum / Double(count) : nil
        }
        return sample
    }

    private func value(_ series: DirectorHistory.Series, of span: Int) -> Double? {
        guard let current, span <= current, span >= 0, span > current - most else { return nil }
        return span == current ? latest?[series] : ended[span % most]?[series]
    }

    func means(_ series: DirectorHistory.Series, every spans: Int, count: Int) -> [Double?] {
        guard let current, spans > 0, count > 0 else { return [] }
        let newest = current / spans
        return (max(0, newest - count + 1)...newest).map { group in
            let values = (group * spans..<(group + 1) * spans).compactMap { value(series, of: $0) }
            return values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
        }
    }
}
