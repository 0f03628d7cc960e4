import Addresses

/// One look at a kernel: when and where it was taken, by which settings, and what is missing from it.
package protocol Snapshot {
    /// When and where.
    var origin: Origin { get }
    /// The settings that decide what it means.
    var sysctls: Sysctls { get }
    /// What could not be read to its end, or may have been missed.
    var losses: [Loss] { get }
}

extension Snapshot {
    /// Nothing is missing that could have changed what is said.
    package var isComplete: Bool { losses.isEmpty }
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
