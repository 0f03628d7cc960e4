import Addresses
import ArgumentParser
import Collection
import Inspection
import Netlink
import Reports

struct FleetCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fleet",
        abstract: "Show what directors and real servers say of the same connections.",
        usage: "ct-inspect fleet [<options>] <CAPTURE> ...",
        discussion: """
            EXAMPLES
              ct-inspect fleet lb1.tar lb2.tar rs1.tar rs2.tar
              ct-inspect fleet captures/*
              ct-inspect fleet *.tar --json | jq -r '.findings[].reason'

            A capture is taken with "ct-inspect capture", on real servers as well as on directors.
            It exits with 1 if anything is wrong.

            More: man ct-inspect-fleet
            """)

    @Argument(
        help: ArgumentHelp("A capture of each host: a directory, a tar archive of it, or -.", valueName: "CAPTURE"),
        completion: .file())
    var captures: [String]

    @OptionGroup var output: OutputOptions

    func validate() throws {
        if captures.isEmpty { throw ValidationError("Name a capture of each host.") }
        if captures.count(where: { $0 == CaptureArgument.standardStream }) > 1 {
            throw ValidationError("Only one capture can be - (standard input).")
        }
        for capture in captures { try CaptureArgument.validate(capture) }
    }

    func run() throws {
        var isTrouble = false
        try Failure.reporting { () throws(KernelError) in
            var sources: [CapturedKernel] = []
            for capture in captures { sources.append(try CaptureArgument.verified(capture)) }
            let names = FleetHost.names(sources.map(\.origin), captures)
            let report = FleetReport(try FleetReader(sources, progress: Progress().reading).read(names: names))
            isTrouble = report.isTrouble
            if output.json {
                report.writeJSON(to: Output.write)
            } else {
                Output.print(report.text(output.style, width: Output.width))
            }
        }
        if isTrouble { throw ExitCode(Failure.found) }
    }
}
