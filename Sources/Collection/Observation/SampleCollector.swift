import Addresses
import Conntrack
import Firewall
import Inspection
import Netlink

/// Receives the individual packets marked by the observation table: traces and samples.
final class SampleCollector {
    private let options: SamplePlan
    private let listener: SampleListener
    private let traces: TraceCollector?
    private let rules: RuleCache
    private let legacy: LegacyTables
    private var traced: Set<Kind> = []
    private let plan: ObservationPlan
    private let samples: SampleSocket?
    private var shelf: SampleBuffer<[Int]>
    private var shelved: Set<[Int]> = []

    private struct Kind: Hashable {
        var packetClass: PacketClass
        var ctstate: CTState
    }

    /// Subscribes, before the marking table is created.
    init(
        _ options: SamplePlan, _ plan: ObservationPlan, table: String, _ kernel: any KernelSource,
        _ listener: SampleListener = SampleListener()
    ) throws(KernelError) {
        self.options = options
        self.listener = listener
        self.plan = plan
        samples = options.samples == nil ? nil : try SampleSocket()
        shelf = SampleBuffer(most: options.samples ?? 0)
        traces = options.isTracing ? try TraceCollector(table: table, listener.traced) : nil
        rules = RuleCache()
        legacy = LegacyTables.read(from: kernel)
    }

    /// What the table must do for it.
    var tableOptions: ObservationOptions {
        var table = ObservationOptions()
        if options.isTracing { table.traceRate = options.traceRate }
        if let samples, let count = options.samples {
            table.samples = .init(count: count, perSecond: options.samplesPerSecond, group: samples.group)
        }
        return table
    }

    /// Traces what the counters show as dropped, in addition to INVALID packets, which are always traced.
    func trace(_ observation: Observation, _ table: borrowing ObservationTable) throws(KernelError) {
        guard options.trace == nil else { return }
        for observed in observation.subjects {
            for (cell, _) in observed.traffic.dropped { try trace(cell.packetClass, cell.ctstate, table) }
        }
    }

    /// Traces packets of every class and ctstate.
    func traceEverything(_ table: borrowing ObservationTable) throws(KernelError) {
        for packetClass in PacketClass.allCases {
            for state in CTState.named { try trace(packetClass, state, table) }
        }
    }

    private func trace(
        _ packetClass: PacketClass, _ state: CTState, _ table: borrowing ObservationTable
    ) throws(KernelError) {
        if traced.insert(Kind(packetClass: packetClass, ctstate: state)).inserted {
            try table.trace(packetClass, state)
        }
    }

    /// Readable when there is something to collect. Samples are not included: they can wait, as the kernel batches them anyway.
    var descriptors: [CInt] { traces.map { [$0.descriptor] } ?? [] }

    func collect() throws(KernelError) {
        try traces?.collect(at: .now)
        guard let samples else { return }
        // Not until it is empty: the counters must be read, too.
        for _ in 0..<16 where try samples.receive(at: Clocks.system.wall(), shelve) { return }
    }

    /// Collects for the last time.
    func finish() throws(KernelError) {
        try traces?.finish(at: .now)
        try samples?.finish(at: Clocks.system.wall(), shelve)
    }

    private func shelve(_ sample: Sample) {
        listener.sample(sample)
        let owners = plan.owners(of: sample)
        shelf.add(sample, of: owners)
        shelved.insert(owners)
    }

    /// Adds what was collected, and what was lost.
    func report(in observation: inout Observation) {
        observation.notices += legacy.notices
        reportSamples(in: &observation)
        guard let tally = traces?.tally else { return }
        observation.blame = Blame.all(tally) { rules.text(of: $0, at: .now) }
        if tally.lostMessages + tally.uncountedLosses + tally.unread > 0 {
            let lost =
                tally.lostMessages > 0 ? "\(tally.lostMessages) were lost (ENOBUFS)" : "an unknown number were lost"
            observation.losses.append(Loss("traces of packets", lost))
        }
    }

    private func reportSamples(in observation: inout Observation) {
        guard let samples else { return }
        observation.samples = shelved.flatMap { shelf[$0] }.sorted { $0.moment.nanoseconds < $1.moment.nanoseconds }
        if !samples.loss.isNone { observation.losses.append(Loss("samples of packets", "\(samples.loss) were lost")) }
    }
}
