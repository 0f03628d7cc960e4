import Addresses
import Firewall
import IPVS

/// What differs between two pictures of one director: services and their destinations, settings, rules, and what became of the connections.
///
/// What traffic changes all the time is left out: counters, rates, numbers of connections, and the numbers of flows where only they differ.
package struct DirectorComparison: Sendable {
    package let before: DirectorPicture
    package let after: DirectorPicture
    /// In ipvsadm's order.
    package let services: [ServiceChange]
    /// Timeouts and sync daemons of IPVS.
    package let configuration: [Change]
    /// By service, in their order: verdicts that some of its flows have in one picture and none in the other.
    package let verdicts: [VerdictChange]
    package let settings: [Change]
    package let rules: [RuleChange]

    /// A property that has another value.
    package struct Change: Equatable, Sendable {
        /// As in JSON, or of a sysctl.
        package let name: String
        /// Nil where it was not there.
        package let before: String?
        /// Nil where it is not there any more.
        package let after: String?

        package init(_ name: String, _ before: String?, _ after: String?) {
            (self.name, self.before, self.after) = (name, before, after)
        }
    }

    package enum Presence: String, Sendable {
        case added, removed, changed
    }

    package struct ServiceChange: Equatable, Sendable {
        package let identity: Service.Identity
        package let presence: Presence
        package let properties: [Change]
        /// By address.
        package let destinations: [DestinationChange]
    }

    package struct DestinationChange: Equatable, Sendable {
        package let endpoint: Endpoint
        package let presence: Presence
        package let properties: [Change]
    }

    package struct VerdictChange: Equatable, Sendable {
        /// Nil for flows whose service is unknown.
        package let service: Service.Identity?
        package let verdict: FlowVerdict
        package let before: Int
        package let after: Int
    }

    package init(_ before: DirectorPicture, _ after: DirectorPicture) {
        (self.before, self.after) = (before, after)
        let (old, new) = (before.balancer, after.balancer)
        services = Self.services(old?.services ?? [], new?.services ?? [])
        configuration = Change.between(old?.configuration.properties ?? [], new?.configuration.properties ?? [])
        verdicts = Self.verdicts(old?.summaries ?? [], new?.summaries ?? [])
        settings = Change.between(before.settings.lasting, after.settings.lasting)
        // Where they were not read, nothing is known of them.
        rules = if let old = before.rules, let new = after.rules { old.changes(to: new) } else { [] }
    }

    /// Whether anything differs that is told.
    package var isEmpty: Bool {
        services.isEmpty && configuration.isEmpty && verdicts.isEmpty && settings.isEmpty && rules.isEmpty
    }

    /// What is not compared, as one picture lacks it.
    package var uncompared: [Loss] {
        let why: String
        switch (before.rules, after.rules) {
        case (.some, .some): return []
        case (.some, nil): why = "the second capture does not have them"
        case (nil, .some): why = "the first capture does not have them"
        case (nil, nil): why = "neither capture has them"
        }
        return [Loss("the rules of the packet filter", why)]
    }
}
