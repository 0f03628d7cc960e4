import Conntrack
import Firewall
import Glibc
import Inspection
import Netlink
import SystemPackage

/// Keeps an observation table in the kernel, reads it again and again, and shows what came of it.
final class Observer {
    struct Schedule {
        /// Nil: until it is stopped.
        var duration: Duration?
        var interval: Duration
    }

    private let kernel: any KernelSource
    private let plan: ObservationPlan
    private let grounds: ObservationGrounds
    private let evidence: EvidenceCollector
    private let clock = EventClock.system
    private let from: Moment
    private let table: ObservationTable
    private let connections: ConnectionCounter
    private let sysctls: Sysctls

    init(
        _ kernel: any KernelSource, _ plan: ObservationPlan, _ grounds: ObservationGrounds, _ options: EvidencePlan,
        _ listener: EvidenceListener = EvidenceListener()
    ) throws(KernelError) {
        self.kernel = kernel
        self.plan = plan
        self.grounds = grounds
        connections = ConnectionCounter(kernel, plan)
        sysctls = DirectorReader.sysctls(from: kernel)
        let name = ObservationTable.freshName(program: getpid())
        // It listens before there is something to hear.
        evidence = try EvidenceCollector(options, plan, table: name, kernel, listener)
        table = try ObservationTable(of: grounds.targets, evidence.tableOptions, name: name, in: kernel)
        from = clock.wall()
        if options.trace == true { try evidence.traceEverything(table) }
    }

    /// Runs until its time is over, `isStopped` says so, or nobody reads the output any more.
    func run(
        _ schedule: Schedule, to display: ObservationDisplay, isStopped: () -> Bool
    ) throws(KernelError) {
        let end = schedule.duration.map { clock.elapsed() + $0 }
        var next = clock.elapsed()
        while !isStopped() {
            let now = clock.elapsed()
            if let end, now >= end { break }
            if now >= next {
                display.show(try look())
                next = max(next + schedule.interval, now)
            }
            let rest = min(end ?? next, next) - now
            if try evidence.wait(upTo: min(rest, .milliseconds(200))) == .readerGone { return }
            try evidence.collect()
        }
        display.end(try conclusion())
    }

    /// What there is until now; what it shows to be dropped is traced from then on.
    func look() throws(KernelError) -> Observation {
        var observation = try reading(isLast: false)
        try evidence.trace(observation, table)
        evidence.report(in: &observation)
        return observation
    }

    /// Takes the single packets that were told since the last time, without waiting.
    func collectEvidence() throws(KernelError) { try evidence.collect() }

    private func conclusion() throws(KernelError) -> Observation {
        var observation = try reading(isLast: true)
        try evidence.finish()
        evidence.report(in: &observation)
        return observation
    }

    private func reading(isLast: Bool) throws(KernelError) -> Observation {
        let counts = try table.read(from: kernel)
        let origin = Origin.here(networkNamespace: kernel.origin.networkNamespace)
        var observation = Observation(SnapshotOrigin(origin), from: from, to: clock.wall())
        observation.take(counts.counts, plan)
        observation.sysctls = sysctls
        observation.notices = grounds.notices
        for point in ObservationPoint.allCases where counts.full.contains(point) {
            observation.losses.append(
                Loss("packets at \(point.name)", "a counting set is full: further addresses and ports are not counted"))
        }
        try connections.count(in: &observation, now: isLast)
        return observation
    }
}
