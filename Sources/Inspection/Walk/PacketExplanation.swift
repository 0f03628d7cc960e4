import Addresses
import Conntrack
import IPVS

/// What would happen to a packet on this director: the question, the settings used, and the answer.
package struct PacketExplanation: Snapshot, Equatable, Sendable {
    package var origin: Origin
    /// Those read.
    package var sysctls: Sysctls
    /// The settings used.
    package var settings: [Setting]
    /// The requested service.
    package var service: Service.Identity?
    /// One walk per forwarding method of the service's destinations; at least one.
    package var walks: [PacketWalk]
    /// The rules that the packet meets here; nil if no service was asked about.
    package var rules: Fact<RuleWalk>?

    package init(
        _ origin: Origin, sysctls: Sysctls,
        settings: [Setting], service: Service.Identity?, walks: [PacketWalk],
        rules: Fact<RuleWalk>? = nil
    ) {
        self.origin = origin
        self.sysctls = sysctls
        self.settings = settings
        self.service = service
        self.walks = walks
        self.rules = rules
    }

    /// Settings that could not be read, so that defaults are assumed.
    package var losses: [Loss] { sysctls.losses }

    /// A sysctl, and where its value comes from.
    package struct Setting: Hashable, Sendable {
        package var name: String
        package var value: Int
        /// Where the value comes from.
        package var origin: Origin

        /// Where a setting's value comes from.
        package enum Origin: String, CaseIterable, Hashable, Sendable {
            /// From the user.
            case given
            /// From the kernel or the capture.
            case read
            /// From neither: the kernel's default.
            case assumed
        }

        /// Whether it is not 0.
        package var isOn: Bool { value != 0 }

        /// - Parameter given: from the user; if nil, the value read counts.
        package init(_ name: String, given: Int?, _ sysctls: Sysctls, byDefault: Int) {
            self.name = name
            let read = sysctls.number(name)
            value = given ?? read ?? byDefault
            origin = given != nil ? .given : read != nil ? .read : .assumed
        }
    }
}
