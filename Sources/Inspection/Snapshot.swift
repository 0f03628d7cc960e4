/// One look at a kernel: when and where it was taken, by which settings, and what is missing from it.
public protocol Snapshot {
    /// When and where.
    var origin: SnapshotOrigin { get }
    /// The settings that decide what it means.
    var sysctls: Sysctls { get }
    /// What could not be read to its end, or may have been missed.
    var losses: [Loss] { get }
}

extension Snapshot {
    /// Nothing is missing that could have changed what is said.
    public var isComplete: Bool { losses.isEmpty }
}

/// When and where something was looked at.
public struct SnapshotOrigin: Equatable, Sendable {
    /// RFC 3339, UTC.
    public var takenAt: String
    /// As uname(2) has it.
    public var host: String
    /// As uname(2) has it: `6.1.0-56-amd64`.
    public var kernelRelease: String
    /// As the user named it; nil for the one the tool was started in.
    public var networkNamespace: String?

    /// All four, as they are.
    public init(takenAt: String, host: String, kernelRelease: String, networkNamespace: String?) {
        self.takenAt = takenAt
        self.host = host
        self.kernelRelease = kernelRelease
        self.networkNamespace = networkNamespace
    }
}

/// Something that was not read to its end, or may have been missed.
public struct Loss: Equatable, Sendable {
    /// Which thing, in words that begin a line.
    public var what: String
    /// What happened to it, in words.
    public var why: String

    /// What is missing, and why.
    public init(_ what: String, _ why: String) {
        self.what = what
        self.why = why
    }
}
