import Addresses
import ArgumentParser
import Collection
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
              sudo ct-inspect observe --for 1m --json | jq '.services[].dropped'

            More: man ct-inspect-observe
            """)

    @Option(
        help: ArgumentHelp(
            "Packets of this service only, as tcp/10.0.0.100:80; may be repeated.",
            valueName: "[PROTO/]VIP[:PORT]|fwmark:N"), completion: .services)
    var service: [ServiceSelector] = []

    @Option(
        help: ArgumentHelp(
            "Observe this address too, with IPVS or without, as 10.0.0.100:80; may be repeated.",
            valueName: "ADDRESS[:PORT]"), completion: .virtualAddresses)
    var vip: [AddressSelector] = []

    @Option(
        name: .customLong("for"),
        help: ArgumentHelp("End after this time (else at Ctrl-C): 500ms, 30s, 5m, 1h.", valueName: "DURATION"))
    var span: TimeSpan?

    @Option(
        help: ArgumentHelp(
            "How often to read the counters (1s); with --json, print a document each time.", valueName: "DURATION"))
    var interval: TimeSpan?

    @OptionGroup(title: "Blame and samples") var samples: SampleOptions

    @Flag(help: "Observe also where no rule uses conntrack yet: that makes it active while this runs.")
    var startTracking = false

    @OptionGroup var namespace: NamespaceOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        try Failure.reporting { () throws(KernelError) in
            let kernel = try namespace.enterToAsk()
            let (subjects, services) = try subjects(of: kernel)
            let plan = ObservationPlan(
                subjects, forwards: Director.isPresent(in: kernel), services: services)
            let preconditions = try ObservationPreconditions(plan, kernel, mayStartTracking: startTracking, .options)
            let waiter = try Output.waiter()
            let observer = try Observer(kernel, plan, preconditions, samples.plan)
            let display = display
            try observer.run(schedule, waiter, each: display.show, end: display.end)
        }
    }

    private var schedule: Observer.Schedule {
        Observer.Schedule(duration: span?.duration, interval: interval?.duration ?? .seconds(1))
    }

    private var display: ObservationDisplay {
        if output.json { return ObservationDisplay(interval == nil ? .document : .stream, output.style) }
        return ObservationDisplay(Output.isTerminal ? .live : .text, output.style)
    }

    /// With --vip alone IPVS need not be there.
    ///
    /// - Returns: what to observe, and all services that there are.
    private func subjects(
        of kernel: any KernelSource
    ) throws(KernelError) -> (subjects: [ObservedSubject], services: [Service]) {
        let addresses = vip.map { ObservedSubject.address($0.address, port: $0.port) }
        if !addresses.isEmpty, service.isEmpty { return (addresses, []) }
        let services: [Service]
        do throws(KernelError) {
            services = try Director(kernel).services().services
        } catch {
            guard error.cause == .absent else { throw error }
            throw KernelError(
                error.asked, .absent, detail: error.detail,
                nextStep: "\(error.nextStep.map { $0 + ", or " } ?? "")name an address to observe: --vip ADDRESS")
        }
        let chosen = ObservedSubject.services(services, service)
        guard !chosen.isEmpty else {
            let which =
                services.isEmpty ? "IPVS has no services here" : "none of the \(services.count) services is meant"
            throw KernelError(
                "observe", .absent, detail: which,
                nextStep: services.isEmpty ? "name an address: --vip ADDRESS" : "ct-inspect services lists them")
        }
        return (chosen + addresses, services)
    }
}

/// `ADDRESS`, `ADDRESS:PORT` or `[ADDRESS]:PORT`.
struct AddressSelector: ExpressibleByArgument {
    var address: IPAddress
    var port: UInt16?

    init?(argument: String) {
        if let alone = IPAddress(argument) {
            address = alone
        } else if let endpoint = Endpoint(argument), endpoint.port != 0 {
            (address, port) = (endpoint.address, endpoint.port)
        } else {
            return nil
        }
    }
}

extension ObservationHints {
    /// For `observe` and `watch`.
    static let options = ObservationHints(
        startTracking: "--start-tracking observes all the same, and makes conntrack active while it runs",
        addService: "add one, and press o again")
}
