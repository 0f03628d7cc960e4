import IPVS

/// What was counted at the beginning of a time in which a director was watched: at its end, growth can be judged.
package struct Window: Equatable, Sendable {
    /// By a monotonic clock.
    package var elapsed: Duration
    /// It ended earlier than was asked for.
    package var isInterrupted: Bool
    package var table: Fact<TableStatistics>
    package var counters: Fact<HostCounters>
    /// With the connections of their destinations.
    package var services: Fact<[Service]>
    /// What was counted of the services' packets meanwhile.
    package var traffic: Fact<Observation>
    package var sample: Fact<ConnectionSample>

    package init(
        elapsed: Duration, isInterrupted: Bool = false, table: Fact<TableStatistics>, counters: Fact<HostCounters>,
        services: Fact<[Service]>, traffic: Fact<Observation> = .absent("no packets were counted"),
        sample: Fact<ConnectionSample> = .absent("no connections were read")
    ) {
        (self.elapsed, self.isInterrupted) = (elapsed, isInterrupted)
        (self.table, self.counters, self.services, self.traffic) = (table, counters, services, traffic)
        self.sample = sample
    }

    /// In whole seconds, rounded up.
    package var seconds: UInt64 {
        UInt64(clamping: elapsed.components.seconds + (elapsed.components.attoseconds > 0 ? 1 : 0))
    }
}

extension DirectorFacts {
    var windowSeconds: UInt64 { window?.seconds ?? 0 }

    /// How much a counter of the network grew; nil without a window, or if it was not read twice. One that fell was reset.
    func growth(of counter: String) -> UInt64? {
        guard let before = window?.counters.value?.values[counter], let now = counters.value?.values[counter] else {
            return nil
        }
        return now >= before ? now - before : nil
    }

    /// How the conntrack counters changed; nil without a window.
    var tableChange: StatisticsChange? {
        guard let window, let before = window.table.value, let now = table.value else { return nil }
        return StatisticsChange(from: before, to: now, over: window.elapsed)
    }
}
