import Addresses

/// Data read from a kernel: when and where, with which settings, and what is missing from it.
package protocol Snapshot {
    var origin: Origin { get }
    /// The settings that determine what it means.
    var sysctls: Sysctls { get }
    /// What was read incompletely, or may have been missed.
    var losses: [Loss] { get }
}

extension Snapshot {
    /// Nothing is missing that could have changed the result.
    package var isComplete: Bool { losses.isEmpty }
}

/// Something that was read incompletely, or may have been missed.
package struct Loss: Equatable, Sendable {
    /// What, in words that begin a line.
    package var what: String
    /// What happened to it, in words.
    package var why: String

    /// What is lost if services of IPVS or their destinations could not be read.
    package static let services = "the services of IPVS"

    package init(_ what: String, _ why: String) {
        self.what = what
        self.why = why
    }
}
