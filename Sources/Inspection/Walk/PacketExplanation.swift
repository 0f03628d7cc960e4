import Conntrack
import IPVS

/// What would become of a packet on this director: the question, by which settings it was answered, and the answer.
public struct PacketExplanation: Snapshot, Equatable, Sendable {
    /// When and where the settings were read.
    public var origin: SnapshotOrigin
    /// Those that were read.
    public var sysctls: Sysctls
    /// The settings that the answer goes by.
    public var settings: [Setting]
    /// The service that was asked about.
    public var service: Service.Identity?
    /// A walk for each forwarding method of the service's destinations; at least one.
    public var walks: [PacketWalk]

    /// An explanation by its parts.
    public init(
        _ origin: SnapshotOrigin, sysctls: Sysctls,
        settings: [Setting], service: Service.Identity?, walks: [PacketWalk]
    ) {
        self.origin = origin
        self.sysctls = sysctls
        self.settings = settings
        self.service = service
        self.walks = walks
    }

    /// Settings that could not be read, so that defaults are assumed.
    public var losses: [Loss] { sysctls.losses }

    /// A sysctl, and where its value comes from.
    public struct Setting: Hashable, Sendable {
        /// The sysctl's name.
        public var name: String
        /// Whether it is not 0.
        public var isOn: Bool
        /// Where the value comes from.
        public var origin: Origin

        /// Who said what a setting is.
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
