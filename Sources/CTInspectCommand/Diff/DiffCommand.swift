import ArgumentParser
import Collection
import Inspection
import Netlink
import Reports

struct DiffCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff",
        abstract: "Show what differs between two captures of a director.",
        usage: "ct-inspect diff [<options>] <BEFORE> <AFTER>",
        discussion: """
            EXAMPLES
              ct-inspect diff /tmp/lb1-before /tmp/lb1-after
              ct-inspect diff before after --json | jq '.rules[]'

            It exits with 1 if anything differs.

            More: man ct-inspect-diff
            """)

    @Argument(
        help: ArgumentHelp("The earlier capture.", valueName: "BEFORE"), completion: .directory)
    var before: String

    @Argument(help: ArgumentHelp("The later one.", valueName: "AFTER"), completion: .directory)
    var after: String

    @OptionGroup var output: OutputOptions

    func run() throws {
        var differs = false
        try Failure.reporting { () throws(KernelError) in
            let comparison = DirectorComparison(try Self.picture(before), try Self.picture(after))
            differs = !comparison.isEmpty
            if output.json {
                comparison.writeJSON(to: Output.write)
            } else {
                Output.print(comparison.text(output.style))
            }
        }
        if differs { throw ExitCode(Failure.found) }
    }

    private static func picture(_ capture: String) throws(KernelError) -> DirectorPicture {
        try DirectorPicture(reading: try SourceOptions.verified(capture), progress: Progress().reading)
    }
}
