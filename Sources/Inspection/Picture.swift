import IPVS

/// Everything that one look at a director gave: what was read, what was found, and what is missing from it.
public struct Picture: Snapshot, Equatable, Sendable {
    /// When the reading began.
    public var takenAt: String
    /// As uname(2) has it.
    public var host: String
    /// As uname(2) has it.
    public var kernelRelease: String
    /// As the user named it; nil for the one the tool was started in.
    public var networkNamespace: String?
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
        takenAt: String, host: String, kernelRelease: String, networkNamespace: String?, sysctls: Sysctls,
        services: [Service], report: FlowReport, losses: [Loss]
    ) {
        self.takenAt = takenAt
        self.host = host
        self.kernelRelease = kernelRelease
        self.networkNamespace = networkNamespace
        self.sysctls = sysctls
        self.services = services
        self.report = report
        self.losses = losses
    }

    /// One a service, in their order.
    public var summaries: [ServiceSummary] { report.summaries(services) }
}
