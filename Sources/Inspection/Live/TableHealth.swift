import Conntrack

/// The conntrack table's counters and limits over time.
package struct TableHealth: Sendable {
    package private(set) var statistics: TableStatistics?
    /// Since the reading before; nil for the first.
    package private(set) var change: StatisticsChange?
    /// Why there are no statistics.
    package private(set) var absence: String?
    /// When `statistics` was read; nil if reading failed since.
    private var time: Duration?

    package init() {}

    /// - Parameter time: when they were read, by a monotonic clock.
    package mutating func take(_ next: TableStatistics, at time: Duration) {
        change =
            if let statistics, let before = self.time {
                StatisticsChange(from: statistics, to: next, over: time - before)
            } else {
                nil
            }
        (statistics, self.time) = (next, time)
        absence = nil
    }

    /// Shows what a record tells of them.
    mutating func show(_ statistics: TableStatistics, _ change: StatisticsChange) {
        (self.statistics, self.change, absence) = (statistics, change, nil)
    }

    /// They could not be read.
    package mutating func miss(because why: String) {
        absence = why
        time = nil
    }
}

extension TableStatistics {
    /// Entries relative to the limit; nil without one.
    package var fill: Double? {
        guard let entries, let limit, limit > 0 else { return nil }
        return Double(entries) / Double(limit)
    }
}
