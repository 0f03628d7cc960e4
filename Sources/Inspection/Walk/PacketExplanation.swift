import Conntrack
import IPVS

/// What would become of a packet on this director: the question, by which settings it was answered, and the answer.
public struct PacketExplanation: Snapshot, Equatable, Sendable {
    public var takenAt: String
    public var host: String
    public var kernelRelease: String
    public var networkNamespace: String?
    /// Those that were read.
    public var sysctls: Sysctls
    /// The settings that the answer goes by.
    public var settings: [Setting]
    /// The service that was asked about.
    public var service: Service.Identity?
    /// A walk for each forwarding method of the service's destinations; at least one.
    public var walks: [PacketWalk]

    public init(
        takenAt: String, host: String, kernelRelease: String, networkNamespace: String?, sysctls: Sysctls,
        settings: [Setting], service: Service.Identity?, walks: [PacketWalk]
    ) {
        self.takenAt = takenAt
        self.host = host
        self.kernelRelease = kernelRelease
        self.networkNamespace = networkNamespace
        self.sysctls = sysctls
        self.settings = settings
        self.service = service
        self.walks = walks
    }

    public var losses: [Loss] { sysctls.losses }

    /// A sysctl, and where its value comes from.
    public struct Setting: Hashable, Sendable {
        public var name: String
        public var isOn: Bool
        public var origin: Origin

        public enum Origin: String, CaseIterable, Hashable, Sendable {
            /// The user said so.
            case given
            /// The kernel or the capture said so.
            case read
            /// Neither: the kernel's default.
            case assumed
        }

        /// - Parameter given: what the user said; nil: nothing, so what was read counts.
        public init(_ name: String, given: Bool?, _ sysctls: Sysctls, byDefault: Bool) {
            self.name = name
            let read = sysctls.number(name).map { $0 != 0 }
            isOn = given ?? read ?? byDefault
            origin = given != nil ? .given : read != nil ? .read : .assumed
        }
    }
}
