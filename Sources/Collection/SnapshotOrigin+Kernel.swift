import Inspection
import Netlink

extension SnapshotOrigin {
    /// As a source of kernel data, or this host, says it of itself.
    package init(_ origin: Origin) {
        self.init(
            takenAt: origin.takenAt, host: origin.host, kernelRelease: origin.kernelRelease,
            networkNamespace: origin.networkNamespace)
    }
}
