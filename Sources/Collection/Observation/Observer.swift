import Addresses
import Conntrack
import Firewall
import Glibc
import Inspection
import Netlink

/// Keeps an observation table in the kernel, and reads it again and again.
package final class Observer {
    package struct Schedule {
        /// Nil: until stopped.
        package var duration: Duration?
        package var interval: Duration

        package init(duration: Duration?, interval: Duration) {
            self.duration = duration
            self.interval = interval
        }
    }

    private let kernel: any KernelSource
    private let plan: ObservationPlan
    private let preconditions: ObservationPreconditions
    private let samples: SampleCollector
    private let clock = Clocks.system
    private let from: Moment
    private let table: ObservationTable
    private let connections: ConnectionCounter?
    private let sysctls: Sysctls
    private let outside: OutsideCounters
    private let front: [ObservationNotice]
    private let balancer: BalancerWatch

    /// How long samples wait at most before they are collected.
    private static let longestWait = Duration.milliseconds(200)

    /// Begins to count. Needs CAP_NET_ADMIN; see `ObservationTable`.
    ///
    /// - Parameter countsConnections: also those of IPVS, which may take long to list.
    package init(
        _ kernel: any KernelSource, _ plan: ObservationPlan, _ preconditions: ObservationPreconditions,
        _ options: SamplePlan, countsConnections: Bool = true, _ listener: SampleListener = SampleListener()
    ) throws(KernelError) {
        self.kernel = kernel
        self.plan = plan
        self.preconditions = preconditions
        connections = countsConnections ? ConnectionCounter(kernel, plan) : nil
        sysctls = Sysctls(ofFlowsIn: kernel)
        outside = OutsideCounters(kernel)
        front = RulesInFront.notices(kernel, preconditions.targets.families)
        balancer = BalancerWatch(kernel, plan, preconditions.targets.families)
        let name = ObservationTable.freshName(program: getpid())
        // Subscribes before there is something to receive.
        samples = try SampleCollector(options, plan, table: name, kernel, listener)
        table = try ObservationTable(of: preconditions.targets, samples.tableOptions, name: name, in: kernel)
        from = clock.wall()
        if options.trace == true { try samples.traceEverything(table) }
    }

    /// Runs until its time is over, the waiter is stopped, or the reader of the output is gone.
    ///
    /// - Parameters:
    ///   - each: gets the counts so far, once an interval.
    ///   - finish: gets the final counts; not called when the reader of the output is gone.
    package func run(
        _ schedule: Schedule, _ waiter: Waiter, each: (Observation) -> Void, end finish: (Observation) -> Void
    ) throws(KernelError) {
        let end = schedule.duration.map { clock.elapsed() + $0 }
        var next = clock.elapsed()
        while !waiter.isStopped {
            let now = clock.elapsed()
            if let end, now >= end { break }
            if now >= next {
                each(try look())
                next = max(next + schedule.interval, now)
            }
            let rest = min(end ?? next, next) - now
            let limit = min(rest, Self.longestWait)
            if try waiter.wait(for: samples.descriptors, upTo: limit) == .readerGone { return }
            try samples.collect()
        }
        finish(try conclusion())
    }

    /// The results so far; whatever they show as dropped is traced from then on.
    package func look() throws(KernelError) -> Observation {
        var observation = try reading(isLast: false)
        try samples.trace(observation, table)
        samples.report(in: &observation)
        return observation
    }

    /// Reads the packets reported since the last call, without waiting.
    package func collectSamples() throws(KernelError) { try samples.collect() }

    private func conclusion() throws(KernelError) -> Observation {
        var observation = try reading(isLast: true)
        try samples.finish()
        samples.report(in: &observation)
        return observation
    }

    private func reading(isLast: Bool) throws(KernelError) -> Observation {
        let counts = try table.read(from: kernel)
        let origin = Origin.here(networkNamespace: kernel.origin.networkNamespace)
        var observation = Observation(origin, from: from, to: clock.wall())
        observation.take(counts.counts, plan, uncounted: counts.uncounted)
        observation.sysctls = sysctls
        observation.losses += sysctls.losses
        observation.notices = preconditions.notices + front
        observation.outside = outside.growth
        observation.losses += counts.losses
        observation.balancer = balancer.look()
        try connections?.count(in: &observation, now: isLast)
        return observation
    }
}
