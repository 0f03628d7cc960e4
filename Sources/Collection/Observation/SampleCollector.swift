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
    private let kernel: any KernelSource
    private var managers: [String: [FirewallManager]] = [:]
    private let plan: ObservationPlan
    private let samples: SampleSocket?
    private var shelf: SampleBuffer<[Int]>
    private var shelved: Set<[Int]> = []

    private struct Kind: Hashable {
        var packetClass: PacketClass
        var ctstate: CTState
        var side: ObservationPoint.Side
        /// Traced before conntrack tells a ctstate.
        var isEarly: Bool

        init(packetClass: PacketClass, ctstate: CTState, point: ObservationPoint) {
            (self.packetClass, self.ctstate, side, isEarly) = (packetClass, ctstate, point.side, point == .arrived)
        }

        /// One of the points from which they are traced.
        var point: ObservationPoint {
            switch side {
            case .entering: isEarly ? .arrived : .preRouting
            case .answering: .answerIn
            case .leaving: .localOut
            }
        }
    }

    /// Subscribes, before the marking table is created.
    init(
        _ options: SamplePlan, _ plan: ObservationPlan, table: String, _ kernel: any KernelSource,
        _ listener: SampleListener = SampleListener()
    ) throws(KernelError) {
        self.kernel = kernel
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

    /// Traces what the counters show as lost, in addition to INVALID packets, which are always traced.
    func trace(_ observation: Observation, _ table: borrowing ObservationTable) throws(KernelError) {
        guard options.trace == nil else { return }
        for traffic in observation.subjects.map(\.traffic) + observation.elsewhere.values {
            for loss in traffic.losses where loss.place.hasRules {
                try trace(Kind(packetClass: loss.packetClass, ctstate: loss.ctstate, point: loss.point), table)
            }
        }
    }

    /// Traces packets of every class and ctstate.
    func traceEverything(_ table: borrowing ObservationTable) throws(KernelError) {
        for packetClass in PacketClass.allCases {
            try trace(Kind(packetClass: packetClass, ctstate: .unseen, point: .arrived), table)
            for point in [ObservationPoint.preRouting, .answerIn, .localOut] {
                for state in CTState.named {
                    try trace(Kind(packetClass: packetClass, ctstate: state, point: point), table)
                }
            }
        }
    }

    private func trace(_ kind: Kind, _ table: borrowing ObservationTable) throws(KernelError) {
        if traced.insert(kind).inserted { try table.trace(kind.packetClass, kind.ctstate, from: kind.point) }
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
        var blame = Blame.all(tally) { rules.text(of: $0, at: .now) }
        for index in blame.indices { blame[index].managers = managers(of: blame[index].rule) }
        observation.blame = blame
        if tally.lostMessages + tally.uncountedLosses + tally.unread > 0 {
            let lost =
                tally.lostMessages > 0 ? "\(tally.lostMessages) were lost (ENOBUFS)" : "an unknown number were lost"
            observation.losses.append(Loss("traces of packets", lost))
        }
    }

    /// Who makes chains of a rule's table, going by the chains there are when it is first blamed; nobody, if they cannot be read.
    private func managers(of rule: DroppingRule) -> [FirewallManager] {
        let table = "\(rule.family) \(rule.table)"
        if let known = managers[table] { return known }
        let found = (try? Ruleset(readingChainsOf: kernel))?.managers(ofTable: rule.family, rule.table) ?? []
        managers[table] = found
        return found
    }

    private func reportSamples(in observation: inout Observation) {
        guard let samples else { return }
        observation.samples = shelved.flatMap { shelf[$0] }.sorted { $0.moment.nanoseconds < $1.moment.nanoseconds }
        if !samples.loss.isNone { observation.losses.append(Loss("samples of packets", "\(samples.loss) were lost")) }
    }
}
