import IPVS

/// Everything that one look at a director gave: what was read, what was found, and what is missing from it.
public struct Picture: Snapshot, Equatable, Sendable {
    public var takenAt: String
    public var host: String
    public var kernelRelease: String
    public var networkNamespace: String?
    public var sysctls: Sysctls
    public var services: [Service]
    public var report: FlowReport
    public var losses: [Loss]

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

    public var summaries: [ServiceSummary] { report.summaries(services) }
}
