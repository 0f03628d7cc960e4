/// How long IPVS's connections still take to read, going by how long the first ones took. Reading /proc/net/ip_vs_conn takes linear time on
/// kernels with a fix of 2025, and quadratic time on others: which one it is, is measured.
struct ReadingEstimate {
    private let total: Int
    private let bound: Double?
    private let seconds: () -> Double
    private var count = 0
    /// When so many of them had been read, each about twice as many as before, in seconds.
    private var marks: [(count: Int, seconds: Double)] = []

    /// - Parameters:
    ///   - total: how many there are, as far as is known.
    ///   - bound: after which time reading stops; nil if it does not.
    ///   - seconds: since reading began; for tests.
    init(of total: Int, within bound: Duration?, seconds: (() -> Double)? = nil) {
        self.total = total
        self.bound = bound.map { $0 / .seconds(1) }
        let start = ContinuousClock.now
        self.seconds = seconds ?? { (ContinuousClock.now - start) / .seconds(1) }
    }

    /// Called again and again.
    mutating func note(_ count: Int) {
        self.count = count
        if count >= max(256, (marks.last?.count ?? 0) * 2) { marks.append((count, seconds())) }
    }

    /// `25000 of about 100000 connections, 20 s left`
    var words: String {
        let progress = "\(count) of about \(max(count, total)) connections"
        guard let left = secondsLeft, left >= 1 else { return progress }
        let words = "\(progress), \(Self.text(left)) left"
        guard let bound, seconds() + left > bound else { return words }
        return words + "; reading stops after \(Self.text(bound))"
    }

    /// From a line and a parabola through now and a moment when at most half of that had been read; nil if it is too early to tell.
    var secondsLeft: Double? {
        guard let half = marks.last(where: { $0.count * 2 <= count }) else { return nil }
        let (read, now) = (Double(count), seconds())
        let growth = (now / read - half.seconds / Double(half.count)) / (read - Double(half.count))
        let quadratic = max(0, growth)
        let linear = max(0, now / read - quadratic * read)
        let all = Double(max(count, total))
        return max(0, (linear + quadratic * all) * all - now)
    }

    private static func text(_ seconds: Double) -> String {
        guard seconds.isFinite, seconds < 1e9 else { return "years" }
        return seconds < 120 ? "\(Int(seconds.rounded(.up))) s" : "\(Int((seconds / 60).rounded(.up))) min"
    }
}
