import Addresses
import ArgumentParser
import Collection
import Conntrack
import Firewall
import IPVS
import Inspection
import Netlink
import Reports

struct ObserveCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "observe",
        abstract: "Count ctstates at each hook, and name the rule that drops.",
        usage: "ct-inspect observe [<options>]",
        discussion: """
            EXAMPLES
              sudo ct-inspect observe --for 30s
              sudo ct-inspect observe --service tcp/10.0.0.100:80 --samples 3
              sudo ct-inspect observe --vip 10.0.0.100 --for 10s     without IPVS
              sudo ct-inspect observe --filter ctstate=INVALID --samples 3
              sudo ct-inspect observe --for 1m --json | jq '.services[].dropped'

            More: man ct-inspect-observe
            """)

    @Option(
        help: ArgumentHelp(
            "Only packets of this service, e.g. tcp/10.0.0.100:80; may be repeated.",
            valueName: "[PROTO/]VIP[:PORT]|fwmark:N"), completion: .services)
    var service: [ServiceSelector] = []

    @Option(
        help: ArgumentHelp(
            "Observe this address too, with or without IPVS, e.g. 10.0.0.100:80; may be repeated.",
            valueName: "ADDRESS[:PORT]"), completion: .virtualAddresses)
    var vip: [AddressSelector] = []

    @Option(
        name: .customLong("for"),
        help: ArgumentHelp("Stop after this time (default: at Ctrl-C): 500ms, 30s, 5m, 1h.", valueName: "DURATION"))
    var span: TimeSpan?

    @Option(
        help: ArgumentHelp(
            "How often to read the counters (1s); with --json, print a document each time.", valueName: "DURATION"))
    var interval: TimeSpan?

    @Option(
        name: .customLong("filter"),
        help: ArgumentHelp(
            "Show only what matches, of all that is counted; see ct-inspect-filter(7).", valueName: "EXPRESSION"),
        completion: .filter(.observation(.none)))
    var expression = ""

    @OptionGroup(title: "Blame and samples") var samples: SampleOptions

    @Flag(help: "Observe even where no rule uses conntrack yet: this activates it while running.")
    var startTracking = false

    @OptionGroup var namespace: NamespaceOptions
    @OptionGroup var reading: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func validate() throws { _ = try filter() }

    private func filter() throws -> ObservationFilter? {
        try FilterExpression.option(expression, FilterVocabulary.observation).map { ObservationFilter(expression, $0) }
    }

    func run() throws {
        let display = display(try filter())
        try Failure.reporting { () throws(KernelError) in
            let kernel = try namespace.enterToAsk(observesServices ? reading : nil)
            let (subjects, services) = try subjects(of: kernel)
            let plan = ObservationPlan(
                subjects, forwards: Director.isPresent(in: kernel), services: services)
            let preconditions = try ObservationPreconditions(plan, kernel, mayStartTracking: startTracking, .options)
            let waiter = try Output.waiter(outlasting: 5)
            let observer = try Observer(kernel, plan, preconditions, samples.plan)
            try observer.run(schedule, waiter, each: display.show, end: display.end)
        }
    }

    /// Only these have connections to count.
    private var observesServices: Bool { vip.isEmpty || !service.isEmpty }

    private var schedule: Observer.Schedule {
        Observer.Schedule(duration: span?.duration, interval: interval?.duration ?? .seconds(1))
    }

    private func display(_ filter: ObservationFilter?) -> ObservationDisplay {
        if output.json { return ObservationDisplay(interval == nil ? .document : .stream, output.style, filter) }
        return ObservationDisplay(Output.isTerminal ? .live : .text, output.style, filter)
    }

    /// With only --vip, IPVS is optional.
    ///
    /// - Returns: what to observe, and all existing services.
    private func subjects(
        of kernel: any KernelSource
    ) throws(KernelError) -> (subjects: [ObservedSubject], services: [Service]) {
        let addresses = vip.map(\.subject)
        guard observesServices else { return (addresses, []) }
        let services: [Service]
        do throws(KernelError) {
            services = try Director(kernel).wholeServices()
        } catch {
            guard error.cause == .absent else { throw error }
            throw KernelError(
                error.asked, .absent, detail: error.detail,
                nextStep: "\(error.nextStep.map { $0 + ", or " } ?? "")observe an address: --vip ADDRESS")
        }
        if services.isEmpty {
            throw KernelError(
                "observe", .absent, detail: "IPVS has no services here", nextStep: "observe an address: --vip ADDRESS")
        }
        if service.contains(where: { selector in !services.contains { selector.matches($0.identity) } }) {
            throw .noSuchService(among: services)
        }
        return (ObservedSubject.services(services, service) + addresses, services)
    }
}

/// `ADDRESS`, `ADDRESS:PORT` or `[ADDRESS]:PORT`.
struct AddressSelector: ExpressibleByArgument {
    var subject: ObservedSubject

    init?(argument: String) {
        guard let subject = ObservedSubject(address: argument) else { return nil }
        self.subject = subject
    }
}

extension ObservationHints {
    /// For `observe` and `watch`.
    static let options = ObservationHints(
        startTracking: "--start-tracking activates it while observing",
        addService: "add one, and press o again")
}
