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
    private var losses: [Loss] = []
    private var next = Duration.zero

    private static let share = 20

    init(_ kernel: any KernelSource, _ plan: ObservationPlan) {
        self.kernel = kernel
        self.plan = plan
        census = ConnectionCensus(plan)
    }

    /// Adds the last counts, and counts again when due, or if they must be current. Without IPVS there are none.
    func count(in observation: inout Observation, now: Bool) throws(KernelError) {
        guard plan.subjects.contains(where: { $0.service != nil }) else { return }
        if now || clock.elapsed() >= next, !kernel.isStopped { try read() }
        observation.take(census)
        observation.losses += losses
    }

    private func read() throws(KernelError) {
        let start = clock.elapsed()
        var fresh = ConnectionCensus(plan)
        let completeness = try Director.connections(from: kernel) {
            fresh = ConnectionCensus(plan)
        } _: {
            fresh.take($0)
        }
        census = fresh
        losses = []
        if case .cut(let why) = completeness { losses.append(Loss("connections of IPVS", why)) }
        let end = clock.elapsed()
        next = end + (end - start) * Self.share
    }
}
