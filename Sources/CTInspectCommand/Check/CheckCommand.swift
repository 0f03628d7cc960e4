import ArgumentParser
import Collection
import Inspection
import Netlink
import Reports

struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Find what is wrong with a director before traffic does.",
        usage: "ct-inspect check [<options>]",
        discussion: """
            EXAMPLES
              sudo ct-inspect check
              ct-inspect check --list                what is looked for
              sudo ct-inspect check --fail-on error --skip sloppy,expire-nodest
              sudo ct-inspect check --for 30s        and what traffic shows meanwhile
              sudo ct-inspect check --json | jq -r '.findings[].id'
              sudo ct-inspect check --nagios         a line for monitoring
              ct-inspect check --ruleset nftables.conf --services ipvsadm.rules
                                                     before deploying; no root

            More: man ct-inspect-check; each finding: man ct-inspect-findings
            """)

    @OptionGroup var source: SourceOptions
    @OptionGroup var given: GivenOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var selection: CheckSelection

    @Option(
        help: ArgumentHelp(
            "Exit with 1 from this severity on.", valueName: Finding.Severity.words.joined(separator: "|")))
    var failOn = Finding.Severity.warning

    @Option(
        name: .customLong("for"),
        help: ArgumentHelp(
            "Watch for this long, e.g. 30s: count packets, and judge what grows meanwhile.", valueName: "DURATION"))
    var span: TimeSpan?

    @Flag(help: "Print one line with performance data, and exit as a monitoring plugin does.")
    var nagios = false

    @Flag(help: "List the checks, and read nothing.")
    var list = false

    func validate() throws {
        try given.validate(beside: source.capture)
        let forms = [("--json", output.json), ("--nagios", nagios), ("--list", list)].filter(\.1).map(\.0)
        if forms.count > 1 { throw ValidationError("\(forms.joined(separator: " and ")) are mutually exclusive") }
        if nagios, failOn != .warning {
            throw ValidationError(
                "--fail-on and --nagios are mutually exclusive: plugins have exit statuses of their own")
        }
        if span != nil, source.capture != nil {
            throw ValidationError("--for cannot be used with --capture: a capture is of one moment")
        }
        if span != nil, list { throw ValidationError("--for and --list are mutually exclusive") }
        if span != nil, given.areAny {
            throw ValidationError("--for cannot be used with --ruleset or --services: files do not change meanwhile")
        }
        let checks = try selection.checks()
        if given.areAll, source.namespace.netns != nil {
            throw ValidationError("--netns has no effect: with --ruleset and --services nothing is read here")
        }
        if !given.ruleset.isEmpty, !Self.isFilterTried(checks) {
            throw ValidationError("--ruleset has no effect: no check of the packet filter is to be made")
        }
    }

    /// Whether any of these checks is about the packet filter.
    private static func isFilterTried(_ checks: [Check]) -> Bool {
        checks.contains { $0.isTried || $0.allNeeds.contains(.rules) }
    }

    func run() throws {
        let checks = try selection.checks()
        if list {
            Output.print(checks.listing(output.style, width: nil))
        } else if nagios {
            try printNagios(checks)
        } else {
            try printReport(checks)
        }
    }

    private func printReport(_ checks: [Check]) throws {
        var status: Int32 = 0
        try Failure.reporting { () throws(KernelError) in
            let report = CheckReport(checks, of: try facts(for: checks))
            if output.json {
                report.writeJSON(to: Output.write)
            } else {
                Output.print(
                    report.text(output.style, width: Output.width, fullFrom: failOn == .info ? .info : .warning))
            }
            let doubt = report.doubt(from: failOn)
            if let doubt { Output.complain(doubt.printable) }
            if doubt != nil || !report.findings(from: failOn).isEmpty { status = Failure.found }
        }
        if status != 0 { throw ExitCode(status) }
    }

    private func facts(for checks: [Check]) throws(KernelError) -> DirectorFacts {
        let input = try given.read()
        let also: Privileges.Also =
            Self.isFilterTried(checks) ? given.ruleset.isEmpty ? .sandbox : [.sandbox, .userNamespace] : []
        var director: CheckedDirector
        let waiter = span == nil ? nil : try Output.waiter()
        let start = ContinuousClock.now
        var kernel: (any KernelSource)?
        if given.areAll, source.capture == nil {
            try Privileges.keepOnlyNetAdmin(and: also)
            director = CheckedDirector(of: input)
        } else {
            let opened = try source.open(keeping: also)
            director = try CheckedDirector(reading: opened, given: input, for: checks, isWatched: span != nil)
            kernel = opened
        }
        if Self.isFilterTried(checks) {
            try director.tryFilter(input.rulesets, reading: kernel) { Output.isStopped }
        }
        try Privileges.keepOnlyNetAdmin()
        guard let waiter, let span, let kernel else { return director.facts }
        let watch = try DirectorWatch(kernel, waiter).run(
            for: span.duration, countingPacketsOf: Self.arePacketsCounted(checks) ? director.facts.services : nil)
        let facts = try director.readAgain(after: ContinuousClock.now - start, watch, for: checks, from: kernel)
        Output.releaseStops()
        return facts
    }

    private static func arePacketsCounted(_ checks: [Check]) -> Bool {
        checks.contains {
            !Set($0.allNeeds).isDisjoint(with: [.trial, .answers, .traffic]) || $0.id == .vsConntrackNAT
        }
    }

    /// Monitoring reads only standard output, so that errors are there, too.
    private func printNagios(_ checks: [Check]) throws {
        let result: NagiosResult
        do throws(KernelError) {
            result = NagiosResult(CheckReport(checks, of: try facts(for: checks)))
        } catch {
            result = NagiosResult(failure: error.description)
        }
        Output.print([result.line])
        if result.state != .ok { throw ExitCode(result.state.rawValue) }
    }
}

extension Finding.Severity: ExpressibleByArgument {
    /// The worst first.
    fileprivate static var words: [String] { allCases.reversed().map(\.rawValue) }
}
