import Advice
import ArgumentParser
import Collection
import Inspection
import Netlink
import Reports

struct AdviseCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "advise",
        abstract: "Print the fix for this director, proven with its own packet filter.",
        usage: "ct-inspect advise [<options>]",
        discussion: """
            EXAMPLES
              sudo ct-inspect advise                 each fix, and its proof
              sudo ct-inspect advise --commands      what to run now, to be read first
              sudo ct-inspect advise --commands --undo > undo.sh     before the other one
              ct-inspect advise --capture /tmp/lb1   on another machine, without root

            It changes nothing itself. More: man ct-inspect-advise
            """)

    @OptionGroup var source: SourceOptions
    @OptionGroup var output: OutputOptions

    @Flag(help: "Print only the commands that apply the fix now, for sh.")
    var commands = false

    @Flag(help: "With --commands: print those that take it back.")
    var undo = false

    @Option(
        help: ArgumentHelp(
            "Only this fix; by default the best one.",
            valueName: Fix.Kind.allCases.map(\.rawValue).joined(separator: "|")))
    var fix: Fix.Kind?

    @Option(
        help: ArgumentHelp(
            "In whose words; by default those of the manager whose rules drop packets.",
            valueName: FixFormat.allCases.map(\.rawValue).joined(separator: "|")))
    var format: FixFormat?

    func validate() throws {
        if commands, output.json { throw ValidationError("--json and --commands are mutually exclusive") }
        if undo, !commands { throw ValidationError("--undo needs --commands") }
    }

    func run() throws {
        var doubt: String?
        try Failure.reporting { () throws(KernelError) in
            var report = try report()
            doubt = report.doubt(of: fix)
            if commands {
                Output.print(report.commands(fix, isUndo: undo))
            } else {
                if let fix { report.fixes.removeAll { $0.kind != fix } }
                if output.json {
                    report.writeJSON(to: Output.write)
                } else {
                    Output.print(report.text(output.style, width: Output.width))
                }
            }
        }
        guard let doubt else { return }
        Output.complain(doubt.printable)
        throw ExitCode(Failure.found)
    }

    private func report() throws(KernelError) -> AdviceReport {
        let kernel = try source.open(keeping: .sandbox)
        var director = try CheckedDirector(reading: kernel)
        let filter = try director.tryFilter(reading: kernel)
        let checks = CheckReport(Check.all, of: director.facts)
        var report = AdviceReport(checks, managers: filter?.managers ?? [])
        if let filter, let advisor = Advisor(filter, director.facts, checks.findings, format: format) {
            let (fixes, obstacles) = advisor.advice(only: fix)
            report.add(fixes, obstacles: obstacles, settings: advisor.settings)
        }
        try Privileges.keepOnlyNetAdmin()
        return report
    }
}

extension Fix.Kind: ExpressibleByArgument {}
extension FixFormat: ExpressibleByArgument {}
