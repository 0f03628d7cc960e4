import Addresses
import Conntrack
import IPVS

/// What one collector of an exporter has read.
package enum ExportedReading: Sendable {
    case table(TableReading)
    case balancer(BalancerReading)
    case flows(FlowCensus)
    case checks(CheckReport)
    case packets(PacketTotals)

    /// What may be missing from it.
    package var losses: [Loss] {
        switch self {
        case .table(let table): table.losses
        case .balancer(let balancer): balancer.losses
        case .flows(let census): census.losses
        case .checks(let report):
            report.losses + report.unread(from: .info).map { Loss("the check \($0.check.id.rawValue)", $0.lack.why) }
        case .packets(let totals): totals.losses
        }
    }
}

/// The conntrack table, its counters as totals that never go down.
package struct TableReading: Sendable {
    package var statistics: TableStatistics
    package var totals: CounterTotals
    /// Nil if they could not be counted.
    package var expectations: Int?
    /// What could not be read of the expectations.
    package var unread: [Loss]

    package init(_ statistics: TableStatistics, _ totals: CounterTotals, expectations: Int?, unread: [Loss] = []) {
        (self.statistics, self.totals, self.expectations, self.unread) = (statistics, totals, expectations, unread)
    }

    package var losses: [Loss] { statistics.losses + unread }
}

/// IPVS's services and settings.
package struct BalancerReading: Sendable {
    package var services: [Service]
    package var configuration: Director.Configuration
    /// Those of IPVS and of conntrack.
    package var sysctls: Sysctls
    /// What could not be read of the services.
    package var unread: [Loss]

    package init(
        _ services: [Service], _ configuration: Director.Configuration, _ sysctls: Sysctls, unread: [Loss] = []
    ) {
        (self.services, self.configuration, self.sysctls, self.unread) = (services, configuration, sysctls, unread)
    }

    package var losses: [Loss] { unread + sysctls.losses }
}
