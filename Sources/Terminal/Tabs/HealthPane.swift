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

/// What watching costs this machine, besides what the kernel does for it.
package struct OwnCost: Equatable, Sendable {
    /// Of one processor, since the last time.
    package var user: Double
    /// Of one processor, in the kernel, since the last time.
    package var system: Double
    /// Bytes of memory in use.
    package var resident: UInt64

    /// Shares of one processor, and bytes of memory.
    package init(user: Double, system: Double, resident: UInt64) {
        self.user = user
        self.system = system
        self.resident = resident
    }
}
