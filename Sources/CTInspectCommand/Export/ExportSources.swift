import Addresses
import ArgumentParser
import Collection
import Netlink

/// What an exporter reads, and how often.
struct ExportSources: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Read another network namespace; may be repeated: each metric is labelled with it.",
            valueName: "NAME|PID|PATH"),
        completion: .networkNamespaces)
    var netns: [String] = []

    @Option(
        help: ArgumentHelp(
            "Read a capture instead of this kernel, once; needs no privilege.", valueName: "DIR|FILE|-"),
        completion: .file())
    var capture: String?

    @Option(
        help: ArgumentHelp("Only these: conntrack, ipvs, flows, check.", valueName: "LIST"),
        completion: .list { _ in Collector.usual.map(\.rawValue) })
    var collectors = CollectorList(Collector.usual)

    @Flag(help: "Count packets and drops in the kernel, too, as ct-inspect observe does.")
    var observe = false

    @Option(help: ArgumentHelp("How often to read counters.", valueName: "DURATION"))
    var interval: TimeSpan = .seconds(5)

    @Option(
        help: ArgumentHelp("How often to read connections and entries.", valueName: "DURATION"))
    var flowsEvery: TimeSpan = .seconds(60)

    @Option(help: ArgumentHelp("How often to make the checks.", valueName: "DURATION"))
    var checkEvery: TimeSpan = .seconds(60)

    @OptionGroup var reading: ConnectionOptions

    func validate() throws {
        if capture != nil, !netns.isEmpty {
            throw ValidationError("--netns and --capture are mutually exclusive: a capture is of one namespace")
        }
        if capture != nil, observe {
            throw ValidationError(
                "--observe and --capture are mutually exclusive: a capture has no packets to count")
        }
        try CaptureArgument.validate(capture)
        if Set(netns).count < netns.count { throw ValidationError("--netns names a network namespace twice") }
        for (name, span) in [("interval", interval), ("flows-every", flowsEvery), ("check-every", checkEvery)]
        where span.duration < .seconds(1) {
            throw ValidationError("--\(name) must be at least 1s")
        }
    }

    /// The capture, with its checksums verified; nil for this kernel.
    func captured() throws(KernelError) -> CapturedKernel? {
        try capture.map { path throws(KernelError) in try CaptureArgument.verified(path) }
    }

    /// Where the packet filter is tried: in a user namespace, for a capture, which is entered while there is one thread.
    func shelter() -> TrialShelter { capture == nil ? .attempted(nil) : .entered() }

    /// One for each collector and network namespace.
    ///
    /// - Parameter capture: each reads it from its beginning.
    func jobs(once: Bool, of capture: Capture?) -> [Exporter.Job] {
        let places: [String?] = netns.isEmpty ? [nil] : netns
        let wanted = collectors.collectors + (observe ? [.packets] : [])
        return places.flatMap { netns in
            wanted.map { collector in
                Exporter.Job(
                    collector, networkNamespace: netns, every: once ? nil : interval(of: collector),
                    source(collector, netns, capture))
            }
        }
    }

    private func interval(of collector: Collector) -> Duration {
        switch collector {
        case .conntrack, .ipvs, .packets: interval.duration
        case .flows: flowsEvery.duration
        case .check: checkEvery.duration
        }
    }

    private func source(
        _ collector: Collector, _ netns: String?, _ capture: Capture?
    ) -> @Sendable () throws(KernelError) -> any KernelSource {
        if let capture { return { () throws(KernelError) in try CapturedKernel(capture, verifying: false) } }
        let plan = collector == .flows ? reading.plan : nil
        return { () throws(KernelError) in
            try LiveKernel.enteringToAsk(netns, plan, keeping: collector == .check ? .sandbox : [])
        }
    }
}

/// `conntrack,ipvs`
struct CollectorList: ExpressibleByArgument {
    let collectors: [Collector]

    init(_ collectors: [Collector]) { self.collectors = collectors }

    init?(argument: String) {
        var collectors: [Collector] = []
        for word in argument.split(separator: ",", omittingEmptySubsequences: false) {
            guard let collector = Collector(rawValue: String(word)), Collector.usual.contains(collector),
                !collectors.contains(collector)
            else { return nil }
            collectors.append(collector)
        }
        self.collectors = collectors
    }

    var defaultValueDescription: String { collectors.map(\.rawValue).joined(separator: ",") }
}

extension Collector {
    /// Those that change nothing in the kernel.
    static let usual: [Collector] = [.conntrack, .ipvs, .flows, .check]
}
