/// Which kernel something was read from, and when.
package struct Origin: Equatable, Sendable {
    package var takenAt: Moment
    /// As reported by uname(2) (`nodename`).
    package var host: String
    /// As reported by uname(2): `6.1.0-56-amd64`.
    package var kernelRelease: String
    /// The network namespace as named by the user; nil for the one the tool was started in.
    package var networkNamespace: String?

    package init(takenAt: Moment, host: String, kernelRelease: String, networkNamespace: String?) {
        self.takenAt = takenAt
        self.host = host
        self.kernelRelease = kernelRelease
        self.networkNamespace = networkNamespace
    }
}
