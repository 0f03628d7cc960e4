import Addresses
import IPVS

/// The result of one reading of a director: what was read, what was found, and what is missing.
package struct FlowSnapshot: Snapshot, Sendable {
    /// When the reading began, and where.
    package var origin: Origin
    /// Those that determine what the verdicts mean.
    package var sysctls: Sysctls
    /// In the order of ipvsadm(8).
    package var services: [Service]
    /// The director's other services, which a filter excluded.
    package var servicesLeftOut: [Service] = []
    package var report: FlowReport
    /// What could not be read completely, or changed while it was read.
    package var losses: [Loss]

    package init(
        _ origin: Origin, sysctls: Sysctls,
        services: [Service], report: FlowReport, losses: [Loss]
    ) {
        self.origin = origin
        self.sysctls = sysctls
        self.services = services
        self.report = report
        self.losses = losses
    }

    /// One per service, in their order.
    package var summaries: [ServiceSummary] { report.summaries(services) }

    /// The services and flows selected by a filter.
    package func narrowed(by filter: FlowFilter) -> FlowSnapshot {
        var narrowed = self
        narrowed.report.filter = filter
        if !filter.services.isEmpty {
            func isChosen(_ service: Service) -> Bool { filter.services.contains { $0.matches(service.identity) } }
            narrowed.services = services.filter(isChosen)
            narrowed.servicesLeftOut = services.filter { !isChosen($0) }
        }
        return narrowed
    }
}
