import IPVS

/// Everything that one look at a director gave: what was read, what was found, and what is missing from it.
public struct Picture: Equatable, Sendable {
    /// RFC 3339, UTC.
    public var takenAt: String
    public var host: String
    public var kernelRelease: String
    /// As the user named it; nil for the one the tool was started in.
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

    /// Nothing is missing that could have changed a verdict.
    public var isComplete: Bool { losses.isEmpty }

    public var summaries: [ServiceSummary] { report.summaries(services) }
}

/// Something that was not read to its end, or may have been missed.
public struct Loss: Equatable, Sendable {
    public var what: String
    public var why: String

    public init(_ what: String, _ why: String) {
        self.what = what
        self.why = why
    }
}
