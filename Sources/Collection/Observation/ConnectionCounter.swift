import IPVS
import Inspection
import Netlink

/// Counts IPVS connections for an observation, rarely enough to take at most a twentieth of the time: a director may have millions, and
/// older kernels need quadratic time to list them.
final class ConnectionCounter {
    private let kernel: any KernelSource
    private let plan: ObservationPlan
    private let clock = Clocks.system
    private var census: ConnectionCensus
    private var most: [ConnectionRisks?] = []
    private var losses: [Loss] = []
    private var next = Duration.zero

    private var took = Duration.zero
    private var end = Duration.zero

    private static let share = 20
    /// The user waits for the end.
    private static let instant = Duration.milliseconds(500)

    init(_ kernel: any KernelSource, _ plan: ObservationPlan) {
        self.kernel = kernel
        self.plan = plan
        census = ConnectionCensus(plan)
    }

    /// Adds the last counts, and counts again when due, or if they must be current. Without IPVS there are none.
    func count(in observation: inout Observation, now: Bool) throws(KernelError) {
        guard plan.subjects.contains(where: { $0.service != nil }) else { return }
        if kernel.isStopped { try readLast() } else if now || clock.elapsed() >= next { try read() }
        observation.take(census, most: most)
        observation.losses += losses
    }

    /// Counts once more, unless that takes longer than the user wants to wait.
    private func readLast() throws(KernelError) {
        if took < Self.instant { return try kernel.withoutStopping { () throws(KernelError) in try read() } }
        let age = Int((clock.elapsed() - end) / .seconds(1))
        losses = [Loss("connections of IPVS", "they were last counted \(age) s before the end, as counting takes long")]
    }

    private func read() throws(KernelError) {
        let start = clock.elapsed()
        var fresh = ConnectionCensus(plan)
        let completeness = try Director.connections(from: kernel) {
            fresh = ConnectionCensus(plan)
        } _: {
            $0.forEach { fresh.take($0) }
        }
        census = fresh
        if case .cut = completeness { forgetRisks() } else { keepMost() }
        losses = []
        if case .cut(let why) = completeness { losses.append(Loss("connections of IPVS", why)) }
        end = clock.elapsed()
        took = end - start
        next = end + took * Self.share
    }

    /// Where connections or services cannot be read, or connections that another director told of cannot be told apart, nothing is known of any
    /// connection any more.
    private func forgetRisks() { most = census.states.map { _ in nil } }

    private func keepMost() {
        guard let director = try? Director(kernel),
            let listing = try? director.services(destinationsOf: plan.observedServices),
            !census.lacksOrigins || (try? director.daemons().isEmpty) ?? false
        else { return forgetRisks() }
        // Of a service that is missing in a list that changed, all connections would seem to be left over.
        if !listing.answer.isWhole { return }
        let risks = census.risks(listing.services)
        guard most.count == risks.count else { return most = risks }
        for index in most.indices {
            guard let earlier = most[index], let now = risks[index] else {
                most[index] = nil
                continue
            }
            most[index] = earlier.most(now)
        }
    }
}
