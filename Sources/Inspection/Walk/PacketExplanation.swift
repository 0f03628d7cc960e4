import Addresses
import Conntrack
import IPVS

/// What would become of a packet on this director: the question, by which settings it was answered, and the answer.
package struct PacketExplanation: Snapshot, Equatable, Sendable {
    /// When and where the settings were read.
    package var origin: Origin
    /// Those that were read.
    package var sysctls: Sysctls
    /// The settings that the answer goes by.
    package var settings: [Setting]
    /// The service that was asked about.
    package var service: Service.Identity?
    /// A walk for each forwarding method of the service's destinations; at least one.
    package var walks: [PacketWalk]

    /// An explanation by its parts.
    package init(
        _ origin: Origin, sysctls: Sysctls,
        settings: [Setting], service: Service.Identity?, walks: [PacketWalk]
    ) {
        self.origin = origin
        self.sysctls = sysctls
        self.settings = settings
        self.service = service
        self.walks = walks
    }

    /// Settings that could not be read, so that defaults are assumed.
    package var losses: [Loss] { sysctls.losses }

    /// A sysctl, and where its value comes from.
    package struct Setting: Hashable, Sendable {
        /// The sysctl's name.
        package var name: String
        /// Whether it is not 0.
        package var isOn: Bool
        /// Where the value comes from.
        package var origin: Origin

        /// Who said what a setting is.
        package enum Origin: String, CaseIterable, Hashable, Sendable {
            /// The user said so.
            case given
            /// The kernel or the capture said so.
            case read
            /// Neither: the kernel's default.
            case assumed
        }

        /// - Parameter given: what the user said; nil: nothing, so what was read counts.
        package init(_ name: String, given: Bool?, _ sysctls: Sysctls, byDefault: Bool) {
            self.name = name
            let read = sysctls.number(name).map { $0 != 0 }
            isOn = given ?? read ?? byDefault
            origin = given != nil ? .given : read != nil ? .read : .assumed
        }
    }
}
