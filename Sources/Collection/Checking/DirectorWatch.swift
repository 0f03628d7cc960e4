import Firewall
import IPVS
import Inspection
import Netlink

/// Watches a director for its checks: waits, and meanwhile counts the packets of its services in the kernel.
package struct DirectorWatch {
    private let kernel: any KernelSource
    private let waiter: Waiter

    /// What came of it.
    package struct Outcome {
        /// It was shorter than asked for.
        package var isInterrupted: Bool
        package var traffic: Fact<Observation>
    }

    package init(_ kernel: any KernelSource, _ waiter: Waiter) { (self.kernel, self.waiter) = (kernel, waiter) }

    /// Blocks for the whole time, unless the waiter is stopped or the reader of the output is gone. Needs CAP_NET_ADMIN to count packets;
    /// that they cannot be counted is no error. Nothing of it is left in the kernel, however it ends.
    ///
    /// - Parameter services: those whose packets are counted; nil for none.
    package func run(for span: Duration, countingPacketsOf services: Fact<[Service]>?) throws(KernelError) -> Outcome {
        let end = ContinuousClock.now + span
        let traffic = services.map { packets(of: $0, for: span) } ?? .absent("no check needs packets")
        let isInterrupted = try !wait(until: end)
        guard isInterrupted, let observation = traffic.value else {
            return .init(isInterrupted: isInterrupted, traffic: traffic)
        }
        let why = "it was interrupted after \(observation.milliseconds / 1000) s"
        return .init(isInterrupted: true, traffic: .incomplete(observation, why))
    }

    private func packets(of services: Fact<[Service]>, for span: Duration) -> Fact<Observation> {
        guard let services = services.value, !services.isEmpty else {
            return .absent("there are no services whose packets could be counted")
        }
        var counted: Observation?
        do throws(KernelError) {
            let plan = ObservationPlan(services.map(ObservedSubject.service))
            let preconditions = try ObservationPreconditions(
                plan, kernel, mayStartTracking: false, ObservationHints())
            let observer = try Observer(kernel, plan, preconditions, SamplePlan(), countsConnections: false)
            try observer.run(
                .init(duration: span, interval: Self.interval), waiter, each: { _ in }, end: { counted = $0 })
        } catch {
            return error.cause == .absent ? .absent(error.description) : .unreadable(error.description)
        }
        guard let counted else { return .unreadable("it was interrupted") }
        return counted.losses.first.map { .incomplete(counted, "\($0.what): \($0.why)") } ?? .known(counted)
    }

    /// After each, what was seen to be dropped is traced.
    private static let interval = Duration.milliseconds(500)

    /// - Returns: false if it was interrupted, or the reader of the output is gone.
    private func wait(until end: ContinuousClock.Instant) throws(KernelError) -> Bool {
        while !waiter.isStopped, ContinuousClock.now < end {
            guard case .goOn = try waiter.wait(upTo: end - ContinuousClock.now) else { return false }
        }
        return !waiter.isStopped
    }
}
