import Addresses
import IPVS

/// Everything that one look at a director gave: what was read, what was found, and what is missing from it.
package struct FlowSnapshot: Snapshot, Sendable {
    /// When the reading began, and where.
    package var origin: Origin
    /// Those that decide what the verdicts mean.
    package var sysctls: Sysctls
    /// In the order of ipvsadm(8).
    package var services: [Service]
    /// The director's other services, which a filter left out.
    package var servicesLeftOut: [Service] = []
    /// The flows.
    package var report: FlowReport
    /// What could not be read to its end, or changed meanwhile.
    package var losses: [Loss]

    /// A picture by its parts.
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

    /// One a service, in their order.
    package var summaries: [ServiceSummary] { report.summaries(services) }

    /// The services and flows that a filter chooses.
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
