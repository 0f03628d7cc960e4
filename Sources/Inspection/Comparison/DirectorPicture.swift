import Addresses
import Firewall
import IPVS

/// A director at one moment, as far as two of them are compared.
package struct DirectorPicture: Sendable {
    package let origin: Origin
    /// Nil without IPVS.
    package var balancer: Balancer?
    package var settings: Sysctls
    /// Nil where the rules of the packet filter were not read.
    package var rules: FilterRules?
    package var losses: [Loss] = []

    /// What IPVS is told to do, and what became of its connections.
    package struct Balancer: Sendable {
        package var configuration: Director.Configuration
        package var services: [Service]
        /// One for each service, and perhaps one for flows whose service is unknown.
        package var summaries: [ServiceSummary]

        package init(_ configuration: Director.Configuration, _ services: [Service], _ summaries: [ServiceSummary]) {
            (self.configuration, self.services, self.summaries) = (configuration, services, summaries)
        }
    }

    package init(_ origin: Origin, settings: Sysctls) {
        (self.origin, self.settings) = (origin, settings)
    }
}
