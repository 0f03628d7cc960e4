import Conntrack

/// The increase of the counters between two snapshots of the same table.
package struct StatisticsChange: Equatable, Sendable {
    /// Between the snapshots, by a monotonic clock.
    package let interval: Duration
    private let increases: [StatisticsCounter: UInt64]

    /// A CPU's counter that decreased has wrapped at 2^32, or was reset (the module was reloaded). It has wrapped if that implies an increase
    /// by less than half its range: it does not grow by more within an interval.
    ///
    /// - Parameter interval: between the two, by a monotonic clock.
    package init(from earlier: TableStatistics, to later: TableStatistics, over interval: Duration) {
        self.interval = interval
        let known = Dictionary(earlier.cpus.map { ($0.cpu, $0.counters) }) { $1 }
        var increases: [StatisticsCounter: UInt64] = [:]
        for cpu in later.cpus {
            for (counter, value) in cpu.counters {
                guard let before = known[cpu.cpu]?[counter] else { continue }
                increases[counter, default: 0] += UInt64(Self.increase(from: before, to: value))
            }
        }
        self.increases = increases
    }

    /// As a record tells of it.
    init(increases: [StatisticsCounter: UInt64], over interval: Duration) {
        (self.increases, self.interval) = (increases, interval)
    }

    /// Those of which it is known, in the kernel's order.
    package var counters: [StatisticsCounter] { increases.keys.sorted() }

    private static func increase(from before: UInt32, to value: UInt32) -> UInt32 {
        let distance = value &- before
        return value >= before || distance < 1 << 31 ? distance : value
    }

    /// Nil if the earlier snapshot lacks it.
    package func increase(_ counter: StatisticsCounter) -> UInt64? { increases[counter] }

    /// The increase per second; nil if unknown, or for an interval under a millisecond.
    package func rate(_ counter: StatisticsCounter) -> Double? {
        guard let increase = increases[counter], interval >= .milliseconds(1) else { return nil }
        return Double(increase) / (interval / .seconds(1))
    }
}
