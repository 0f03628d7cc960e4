/// One look at a kernel: when and where it was taken, by which settings, and what is missing from it.
package protocol Snapshot {
    /// When and where.
    var origin: SnapshotOrigin { get }
    /// The settings that decide what it means.
    var sysctls: Sysctls { get }
    /// What could not be read to its end, or may have been missed.
    var losses: [Loss] { get }
}

extension Snapshot {
    /// Nothing is missing that could have changed what is said.
    package var isComplete: Bool { losses.isEmpty }
}

/// When and where something was looked at.
package struct SnapshotOrigin: Equatable, Sendable {
    /// RFC 3339, UTC.
    package var takenAt: String
    /// As uname(2) has it.
    package var host: String
    /// As uname(2) has it: `6.1.0-56-amd64`.
    package var kernelRelease: String
    /// As the user named it; nil for the one the tool was started in.
    package var networkNamespace: String?

    /// All four, as they are.
    package init(takenAt: String, host: String, kernelRelease: String, networkNamespace: String?) {
        self.takenAt = takenAt
        self.host = host
        self.kernelRelease = kernelRelease
        self.networkNamespace = networkNamespace
    }
}

/// Something that was not read to its end, or may have been missed.
package struct Loss: Equatable, Sendable {
    /// Which thing, in words that begin a line.
    package var what: String
    /// What happened to it, in words.
    package var why: String

    /// What is missing, and why.
    package init(_ what: String, _ why: String) {
        self.what = what
        self.why = why
    }
}
