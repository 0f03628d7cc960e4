import Addresses
import Conntrack
import Firewall
import IPVS

/// What was counted in a period: for each subject, and for its addresses where the subject is unknown.
package struct Observation: Snapshot, Equatable, Sendable {
    /// When and where it was last read.
    package var origin: Origin
    /// Those that determine what the counts mean.
    package var sysctls = Sysctls()
    /// What may be missing from the counts.
    package var losses: [Loss] = []
    /// When counting began.
    package var from: Moment
    /// When the counters were last read.
    package var to: Moment

    /// All services of the director, including those not observed: what is right for one may be wrong for another.
    package var services: [Service] = []
    /// In the order of the plan.
    package var subjects: [Observed] = []
    /// Packets to an observed address that belong to no subject: ICMP errors whose flow is unknown, other protocols.
    package var elsewhere: [IPAddress: ObservedTraffic] = [:]
    /// Which rules were seen to drop traced packets; nil if nothing was traced.
    package var blame: [Blame]?
    /// Some of the packets; nil if none were requested.
    package var samples: [Sample]?
    /// By how much counters of the host grew that count losses outside netfilter; nil if they could not be read.
    package var outside: [OutsideCounter: UInt64]?
    /// What decided what IPVS does with packets; nil if that was not read.
    package var balancer: BalancerHistory?
    /// What users must know about how it was observed.
    package var notices: [ObservationNotice] = []

    package init(
        _ origin: Origin, from: Moment, to: Moment
    ) {
        self.origin = origin
        self.from = from
        self.to = to
    }

    /// Milliseconds of wall time, whose clock may have been set back.
    package var milliseconds: UInt64 { (max(to.nanoseconds, from.nanoseconds) - from.nanoseconds) / 1_000_000 }

    /// Distributes the counts among the subjects.
    ///
    /// - Parameter uncounted: points at which not all packets were counted: whose they were is not known.
    package mutating func take(
        _ counts: [PacketCount], _ plan: ObservationPlan, uncounted: Set<ObservationPoint> = []
    ) {
        services = plan.services
        subjects = plan.subjects.map { subject in
            var observed = Observed(subject: subject, taker: plan.taker(of: subject))
            observed.traffic.followsAnswers = plan.followsAnswers(of: subject)
            observed.traffic.uncounted = uncounted
            return observed
        }
        elsewhere = [:]
        for count in counts {
            let owners = plan.owners(of: count)
            for owner in owners {
                subjects[owner].traffic.add(count)
                for other in owners where other != owner && count.point != .rewritten {
                    subjects[owner].sharedWith.insert(plan.subjects[other].description)
                }
            }
            // Other packets that a director sends to its real servers are not about a virtual address.
            if owners.isEmpty, count.point.side == .entering, count.point != .rewritten {
                elsewhere[count.address, default: .init()].add(count)
            }
        }
        for address in elsewhere.keys { elsewhere[address]?.uncounted = uncounted }
    }

    /// Adds the IPVS connections, counted for the same plan.
    ///
    /// - Parameter most: of each subject, over all readings; empty if that is not known.
    package mutating func take(_ census: ConnectionCensus, most: [ConnectionRisks?] = []) {
        for index in subjects.indices where census.states.indices.contains(index) {
            subjects[index].connections = census.states[index]
            subjects[index].most = most.indices.contains(index) ? most[index] : nil
        }
    }
}

package struct Observed: Equatable, Sendable {
    package var subject: ObservedSubject
    package var traffic = ObservedTraffic()
    /// IPVS connections to it at the last reading, by IPVS state.
    package var connections: [String: Int] = [:]
    /// Of all readings; nil if they were not read, or cannot be told from others.
    package var most: ConnectionRisks?
    /// Other subjects to which some of the leaving packets or answers may belong: they share a real server.
    package var sharedWith: Set<String> = []

    package init(subject: ObservedSubject, taker: ObservedTraffic.Taker = .unknown) {
        self.subject = subject
        traffic.taker = taker
    }
}

/// Something about how an observation was made that readers of its counts need to know.
package enum ObservationNotice: Equatable, Sendable {
    /// Conntrack became active for a family by our own rules.
    case startedTracking(IPAddress.Family)
    /// A family was not observed, as conntrack is not active for it.
    case leftOut(IPAddress.Family)
    /// Whether conntrack was active for a family before is not known: why, in words.
    case unknownTracking(IPAddress.Family, String)
    /// Chains that packets meet before they are counted first: what these drop is not seen. As words.
    case rulesInFront([String])
    /// Chains at LOCAL_OUT that packets meet before they are counted there. As words.
    case rulesInFrontOfLocalOut([String])
    /// Whether there are such chains could not be read: why, in words.
    case unknownRulesInFront(String)
    /// Tables of iptables-legacy, whose rules cannot be traced, by the name of their program.
    case legacyTables(String, [String])
    /// Whether a program has such tables could not be read: why, in words.
    case unknownLegacyTables(String, String)
}

extension LegacyTables {
    /// What they mean for the rules that are blamed; none when there are no such tables.
    package var notices: [ObservationNotice] {
        [Self.notice("iptables-legacy", ipv4), Self.notice("ip6tables-legacy", ipv6)].compactMap(\.self)
    }

    private static func notice(_ program: String, _ presence: Presence) -> ObservationNotice? {
        switch presence {
        case .none: nil
        case .tables(let names): .legacyTables(program, names)
        case .unknown(let error): .unknownLegacyTables(program, "\(error)")
        }
    }
}
