import Firewall
import IPVS

/// What became of a packet of a connection that sent many like it in a moment, while the first of them passed.
package struct Burst: Equatable, Sendable {
    /// How many were sent before it.
    package var sent: Int
    package var outcome: ProbeOutcome
    /// The rules on the way of the first and of the last that limit packets.
    package var limits: [DroppingRule]

    package init(sent: Int, _ outcome: ProbeOutcome, limits: [DroppingRule]) {
        (self.sent, self.outcome, self.limits) = (sent, outcome, limits)
    }

    /// What dropped it because there were so many; nil if nothing did, or it may have had another cause: chance, as some rules have it.
    package var limitingRule: DroppingRule? {
        guard let rule = outcome.droppingRule else { return nil }
        return limits.isEmpty && !rule.isLegacy ? nil : rule
    }
}
