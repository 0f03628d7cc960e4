import Conntrack

/// The counters of conntrack as totals of 64 bits that never go down: the kernel's own have 32 bits for each CPU, and begin again when they are
/// full, or when the module is loaded again.
package struct CounterTotals: Sendable {
    private var last: TableStatistics?
    private var totals: [StatisticsCounter: UInt64] = [:]

    /// Before the first reading.
    package init() {}

    /// - Parameter statistics: of the same table as before.
    package mutating func take(_ statistics: TableStatistics) {
        let change = last.map { StatisticsChange(from: $0, to: statistics, over: .zero) }
        for counter in statistics.counters {
            if let before = totals[counter] {
                totals[counter] = before &+ (change?.increase(counter) ?? 0)
            } else {
                totals[counter] = statistics.total(counter)
            }
        }
        last = statistics
    }

    /// In the kernel's order.
    package var all: [(counter: StatisticsCounter, total: UInt64)] {
        totals.sorted { $0.key < $1.key }.map { (counter: $0.key, total: $0.value) }
    }
}
