import Conntrack
import Inspection

/// How the table is, what the losses were, and what watching costs.
struct HealthPane: Sendable {
    private(set) var statistics: TableStatistics?
    private(set) var change: StatisticsChange?
    /// How full the table was, the newest last; nil where that was not known.
    private(set) var fills: [Double?] = []
    /// Why there are no statistics.
    var absence: String?
    var cost: OwnCost?
    var list = ListState()

    static let mostHistory = 240

    mutating func take(_ statistics: TableStatistics, since change: StatisticsChange?) {
        self.statistics = statistics
        self.change = change
        absence = nil
        fills.append(statistics.fill)
        if fills.count > Self.mostHistory { fills.removeFirst() }
    }
}

extension TableStatistics {
    /// Entries against the limit; nil without one.
    var fill: Double? {
        guard let entries, let limit, limit > 0 else { return nil }
        return Double(entries) / Double(limit)
    }
}
