import Addresses
import Conntrack
import Firewall
import IPVS

/// Something that a record has a line for.
package enum RecordedEvent: Sendable {
    case flow(FlowChange)
    /// - isFound: it was there when recording began, here and below.
    case service(DirectorComparison.ServiceChange, isFound: Bool)
    /// Timeouts and sync daemons of IPVS.
    case configuration(DirectorComparison.Change, isFound: Bool)
    /// A sysctl.
    case setting(DirectorComparison.Change, isFound: Bool)
    case finding(Finding, isRaised: Bool)
    /// The rules of nf_tables were changed.
    case ruleset(RulesetCommit)
    case minute(TableMinute)
    case traffic(ServiceMinute)
    case drops(DropsMinute)
    case loss(Loss)
}

/// The conntrack table over about a minute.
package struct TableMinute: Sendable {
    package var seconds: UInt32
    package var entries: UInt64?
    package var limit: UInt64?
    /// By how much the counters grew, in the kernel's order; without those that did not.
    package var grown: [(counter: StatisticsCounter, by: UInt64)]
    /// Flows of all services, at its end.
    package var verdicts: VerdictCounts
}

/// A service over about a minute.
package struct ServiceMinute: Sendable {
    package var service: Service.Identity
    package var seconds: UInt32
    /// By how much IPVS's counters grew; nil where they are not known.
    package var connections: UInt64?
    package var packetsIn: UInt64?
    package var packetsOut: UInt64?
    package var bytesIn: UInt64?
    package var bytesOut: UInt64?
    /// Its flows, at the end.
    package var verdicts: VerdictCounts
}

/// Packets that were lost within about a minute.
package struct DropsMinute: Sendable {
    package enum Subject: Hashable, Sendable {
        /// Packets of one kind at one place, as counters show.
        case place(PacketTotals.Dropped)
        /// What a rule has counted itself; of any destination.
        case rule(DroppingRule)
    }

    package var subject: Subject
    package var seconds: UInt32
    package var packets: UInt64
}
