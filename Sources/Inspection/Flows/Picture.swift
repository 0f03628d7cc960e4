import IPVS

/// Everything that one look at a director gave: what was read, what was found, and what is missing from it.
package struct Picture: Snapshot, Equatable, Sendable {
    /// When the reading began, and where.
    package var origin: SnapshotOrigin
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
        _ origin: SnapshotOrigin, sysctls: Sysctls,
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
}
