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
              ct-inspect diff before.tar after.tar --json | jq '.rules[]'
              ssh lb1 sudo ct-inspect capture - | ct-inspect diff before.tar -

            It exits with 1 if anything differs.

            More: man ct-inspect-diff
            """)

    @Argument(
        help: ArgumentHelp("The earlier capture: a directory, a tar archive of it, or -.", valueName: "BEFORE"),
        completion: .file())
    var before: String

    @Argument(help: ArgumentHelp("The later one.", valueName: "AFTER"), completion: .file())
    var after: String

    @OptionGroup var output: OutputOptions

    func validate() throws {
        if before == after, before == CaptureArgument.standardStream {
            throw ValidationError("Only one capture can be - (standard input).")
        }
        for capture in [before, after] { try CaptureArgument.validate(capture) }
    }

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
        try DirectorPicture(reading: try CaptureArgument.verified(capture), progress: Progress().reading)
    }
}
