/// How the packet filter of a director was tried.
package struct SandboxSummary: Equatable, Sendable {
    /// The release of the kernel that judged.
    package var kernelRelease: String
    /// Whether that kernel's IPVS took the packets; else a table of our own did, in the same places.
    package var usesIPVS: Bool
    /// What was not tried, and why.
    package var untried: [Loss]

    /// - Returns: nil if nothing was tried.
    package init?(_ trial: Trial?) {
        guard let trial, !(trial.services.isEmpty && trial.syncs.isEmpty) else { return nil }
        (kernelRelease, usesIPVS, untried) = (trial.kernelRelease, trial.usesIPVS, trial.untried)
    }
}
