import IPVS

/// Everything that one look at a director gave: what was read, what was found, and what is missing from it.
public struct Picture: Snapshot, Equatable, Sendable {
    /// When the reading began, and where.
    public var origin: SnapshotOrigin
    /// Those that decide what the verdicts mean.
    public var sysctls: Sysctls
    /// In the order of ipvsadm(8).
    public var services: [Service]
    /// The flows.
    public var report: FlowReport
    /// What could not be read to its end, or changed meanwhile.
    public var losses: [Loss]

    /// A picture by its parts.
    public init(
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
    public var summaries: [ServiceSummary] { report.summaries(services) }
}
