import Conntrack

/// How much the counters have grown between two snapshots of the same table.
package struct StatisticsChange: Equatable, Sendable {
    /// Between the two snapshots, by a clock that nobody sets.
    package let interval: Duration
    private let increases: [StatisticsCounter: UInt64]

    /// A CPU's counter that has gone back has wrapped at 2^32, or has begun anew (the module was loaded again). It has wrapped when
    /// that makes it grow by less than half its range: within an interval it does not grow by more.
    ///
    /// - Parameter interval: between the two, by a clock that nobody sets.
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

    private static func increase(from before: UInt32, to value: UInt32) -> UInt32 {
        let distance = value &- before
        return value >= before || distance < 1 << 31 ? distance : value
    }

    /// Nil when the earlier snapshot does not have it.
    package func increase(_ counter: StatisticsCounter) -> UInt64? { increases[counter] }

    /// The increase a second; nil when that cannot be told, of an interval under a millisecond too.
    package func rate(_ counter: StatisticsCounter) -> Double? {
        guard let increase = increases[counter], interval >= .milliseconds(1) else { return nil }
        return Double(increase) / (interval / .seconds(1))
    }
}
