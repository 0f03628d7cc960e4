import Addresses
import Conntrack
import Firewall
import IPVS

/// What was counted between two moments: of each subject, and of its addresses where no subject is known.
package struct Observation: Snapshot, Equatable, Sendable {
    /// When it was read last, and where.
    package var origin: Origin
    /// Those that decide what the counts mean.
    package var sysctls = Sysctls()
    /// What may be missing from the counts.
    package var losses: [Loss] = []
    /// When counting began.
    package var from: Moment
    /// When they were read last.
    package var to: Moment

    /// All services of the director, those that are not observed too: what is right for one may be wrong for another.
    package var services: [Service] = []
    /// In the order of the plan.
    package var subjects: [Observed] = []
    /// Packets to an observed address that belong to no subject: ICMP errors whose flow is not known, other protocols.
    package var elsewhere: [IPAddress: ObservedTraffic] = [:]
    /// Which rules were seen to drop traced packets; nil when nothing was traced.
    package var blame: [Blame]?
    /// Some of the packets; nil when none were asked for.
    package var samples: [Sample]?
    /// What the reader has to know of how it was observed.
    package var notices: [ObservationNotice] = []

    /// Of which nothing is counted yet.
    package init(
        _ origin: Origin, from: Moment, to: Moment
    ) {
        self.origin = origin
        self.from = from
        self.to = to
    }

    /// Milliseconds of wall time, whose clock may be set back meanwhile.
    package var milliseconds: UInt64 { (max(to.nanoseconds, from.nanoseconds) - from.nanoseconds) / 1_000_000 }

    /// Shares the counts out among the subjects.
    package mutating func take(_ counts: [PacketCount], _ plan: ObservationPlan) {
        services = plan.services
        subjects = plan.subjects.map { Observed(subject: $0) }
        elsewhere = [:]
        for count in counts {
            let owners = plan.owners(of: count)
            for owner in owners {
                subjects[owner].traffic.add(count)
                for other in owners where other != owner {
                    subjects[owner].sharedWith.insert(plan.subjects[other].description)
                }
            }
            // What else a director sends to its real servers is not about a virtual address.
            if owners.isEmpty, count.point.side == .entering { elsewhere[count.address, default: .init()].add(count) }
        }
    }

    /// Adds IPVS's connections, as they were counted for the same plan.
    package mutating func take(_ census: ConnectionCensus) {
        for index in subjects.indices where census.states.indices.contains(index) {
            subjects[index].connections = census.states[index]
        }
    }
}

/// One subject, and what was counted of it.
package struct Observed: Equatable, Sendable {
    /// Whose packets they are.
    package var subject: ObservedSubject
    /// What was counted of them.
    package var traffic = ObservedTraffic()
    /// IPVS's connections to it when they were read last, by IPVS's state.
    package var connections: [String: Int] = [:]
    /// Other subjects to which some of what leaves, or of the answers, may belong as well: they have a real server in common.
    package var sharedWith: Set<String> = []

    /// A subject of which nothing is counted.
    package init(subject: ObservedSubject) { self.subject = subject }
}
