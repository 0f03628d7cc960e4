import ArgumentParser
import Conntrack
import Netlink
import Reports

struct DumpCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dump",
        abstract: "Dump the conntrack table.")

    @OptionGroup var source: SourceOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        try Failure.reporting { () throws(KernelError) in
            var json = JSONWriter(Output.write)
            _ = try Table(try source.open()).dump { entry in
                json.entry(entry)
                json.newline()
            }
            json.flush()
        }
    }
}
