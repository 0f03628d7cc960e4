import Conntrack
import Inspection

/// The state of the table, the losses, and the cost of watching.
struct HealthPane: Sendable {
    private(set) var statistics: TableStatistics?
    private(set) var change: StatisticsChange?
    /// Fill levels over time, the newest last; nil if unknown.
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
    /// Entries relative to the limit; nil without one.
    var fill: Double? {
        guard let entries, let limit, limit > 0 else { return nil }
        return Double(entries) / Double(limit)
    }
}

/// The cost of watching to this machine, in addition to the kernel's work.
package struct OwnCost: Equatable, Sendable {
    /// Share of one CPU since the last measurement.
    package var user: Double
    /// Share of one CPU in the kernel, since the last measurement.
    package var system: Double
    /// Bytes of memory in use.
    package var resident: UInt64

    package init(user: Double, system: Double, resident: UInt64) {
        self.user = user
        self.system = system
        self.resident = resident
    }
}
