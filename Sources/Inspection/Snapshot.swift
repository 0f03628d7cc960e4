/// One look at a kernel: when and where it was taken, by which settings, and what is missing from it.
public protocol Snapshot {
    /// RFC 3339, UTC.
    var takenAt: String { get }
    var host: String { get }
    var kernelRelease: String { get }
    /// As the user named it; nil for the one the tool was started in.
    var networkNamespace: String? { get }
    var sysctls: Sysctls { get }
    var losses: [Loss] { get }
}

extension Snapshot {
    /// Nothing is missing that could have changed what is said.
    public var isComplete: Bool { losses.isEmpty }
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
