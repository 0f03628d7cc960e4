import ArgumentParser
import Collection
import Conntrack
import IPVS
import Inspection
import Netlink
import Reports

struct FlowsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "flows",
        abstract: "Show which IPVS connections have no conntrack entry, and why.",
        usage: "ct-inspect flows [<options>]",
        discussion: """
            EXAMPLES
              sudo ct-inspect flows --service tcp/10.0.0.100:80 --verdict absent
              sudo ct-inspect flows --client 10.0.0.0/24
              sudo ct-inspect flows --for 30s --verdict never
              sudo ct-inspect flows --follow
              sudo ct-inspect flows --top client 20    who has the connections
              ct-inspect flows --capture DIR --json

            More: man ct-inspect-flows
            """)

    @OptionGroup var source: SourceOptions
    @OptionGroup var reading: ConnectionOptions
    @OptionGroup var output: OutputOptions

    @Flag(help: "One row per service instead of one per flow.")
    var summary = false

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "Count by client, client-service, service, server, state or verdict; print the N (10) most frequent.",
            valueName: "WHAT [N]"),
        completion: .list(FlowTalkers.Subject.allCases.map(\.rawValue)))
    var top: [String] = []

    @Option(
        help: ArgumentHelp(
            "Only flows of this service, e.g. tcp/10.0.0.100:80; may be repeated.",
            valueName: "[PROTO/]VIP[:PORT]|fwmark:N"), completion: .services)
    var service: [ServiceSelector] = []

    @Option(help: ArgumentHelp("Only flows with this verdict; may be repeated.", valueName: "VERDICT"))
    var verdict: [FlowVerdict] = []

    @Option(
        help: ArgumentHelp(
            "Only flows of this client, e.g. 10.0.0.0/24 or 10.0.0.1:41048; may be repeated.",
            valueName: "ADDRESS[/PREFIX]|ADDRESS:PORT"))
    var client: [ClientSelector] = []

    @Option(
        name: .customLong("filter"),
        help: ArgumentHelp("What else flows must be; see ct-inspect-filter(7).", valueName: "EXPRESSION"),
        completion: .filter(.flows(.none)))
    var expression = ""

    @OptionGroup var watch: FlowWatchOptions

    private func filter() throws -> FlowFilter {
        var filter = FlowFilter()
        filter.services = service
        filter.verdicts = Set(verdict)
        filter.clients = client
        filter.expression = try .option(expression, FilterVocabulary.flows)
        return filter
    }

    func validate() throws {
        _ = try filter()
        try reading.validate(with: source)
        if summary, !verdict.isEmpty {
            throw ValidationError("--verdict and --summary are mutually exclusive: a summary counts all flows")
        }
        if verdict.contains(.never), !watch.isWanted {
            throw ValidationError("the verdict never can only be proven by watching: add --for or --follow")
        }
        if watch.isWanted, source.capture != nil {
            throw ValidationError("--for and --follow watch a running kernel: they cannot be used with --capture")
        }
        if try Top<FlowTalkers.Subject>(top) != nil, summary || watch.follow {
            throw ValidationError("--top and \(summary ? "--summary" : "--follow") are mutually exclusive")
        }
        if watch.follow, summary { throw ValidationError("--follow and --summary are mutually exclusive") }
    }

    func run() throws {
        let filter = try filter()
        try Failure.reporting { () throws(KernelError) in
            let kernel = try source.open(reading)
            do throws(KernelError) {
                try show(kernel, filter)
            } catch {
                guard error.cause == .absent, !Director.isPresent(in: kernel) else { throw error }
                // This is the default command, so someone who sees this may not have a director.
                var error = error
                error.nextStep = [error.nextStep, "dump, events, stats and watch need no IPVS"].compactMap(\.self)
                    .joined(separator: "; ")
                throw error
            }
        }
    }

    private func show(_ kernel: any KernelSource, _ filter: FlowFilter) throws(KernelError) {
        try checkService(kernel, filter)
        let printsEntries = output.json && !summary && top.isEmpty
        guard watch.isWanted else {
            let collector = try FlowCollector(kernel, keepsEntries: printsEntries, progress: Progress().reading)
            // A capture is read too fast to be worth stopping for a part of it.
            let whole =
                source.capture == nil
                ? try Output.stoppable { () throws(KernelError) in try collector.snapshot() }
                : try collector.snapshot()
            if filter.asksForMissing(in: whole) { throw .noSuchService(among: whole.services, whole.losses) }
            return print(whole, filter)
        }
        try watch.run(kernel, keepsEntries: printsEntries) {
            print($0, filter)
        } follow: {
            FlowStream(
                filter, output.json ? nil : output.style, clocksAhead: Clocks.localOffset, to: Output.write)
        }
    }

    /// Before a long watch begins.
    private func checkService(_ kernel: any KernelSource, _ filter: FlowFilter) throws(KernelError) {
        if service.isEmpty { return }
        let services = try Director(kernel).wholeServices()
        if filter.asksForMissing(among: services) { throw .noSuchService(among: services) }
    }

    private func print(_ whole: FlowSnapshot, _ filter: FlowFilter) {
        let snapshot = whole.narrowed(by: filter)
        if let top = try? Top<FlowTalkers.Subject>(top) { return print(snapshot, top) }
        switch (output.json, summary) {
        case (true, _): snapshot.writeJSON(summaryOnly: summary, to: Output.write)
        case (false, true): Output.print(snapshot.summaryText(output.style, width: Output.width))
        case (false, false): snapshot.writeFlows(output.style, width: Output.width, to: Output.write)
        }
    }
}

extension FlowsCommand {
    private func print(_ snapshot: FlowSnapshot, _ top: Top<FlowTalkers.Subject>) {
        if output.json { return snapshot.writeJSON(top: top.most, by: top.subject, to: Output.write) }
        Output.print(snapshot.topText(top.most, by: top.subject, output.style))
    }
}

extension FlowVerdict: ExpressibleByArgument {}

extension ServiceSelector: ExpressibleByArgument {
    /// Reads the value of `--service`.
    package init?(argument: String) { self.init(argument) }
}

extension ClientSelector: ExpressibleByArgument {
    /// Reads the value of `--client`.
    package init?(argument: String) { self.init(argument) }
}
