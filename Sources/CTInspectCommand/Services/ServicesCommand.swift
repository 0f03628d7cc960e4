import Collection
import ArgumentParser
import IPVS
import Inspection
import Netlink
import Reports

struct ServicesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "services",
        abstract: "List IPVS services and their destinations, like ipvsadm -Ln.",
        usage: "ct-inspect services [<options>]",
        discussion: """
            EXAMPLES
              sudo ct-inspect services
              sudo ct-inspect services --netns lb
              sudo ct-inspect services --json | jq '.services[].destinations[].address'

            More: man ct-inspect-services
            """)

    @OptionGroup var source: SourceOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        try Failure.reporting { () throws(KernelError) in
            let collector = try FlowCollector(try source.open())
            let snapshot = try collector.servicesSnapshot()
            let configuration = try collector.director.configuration()
            if output.json {
                snapshot.writeServicesJSON(configuration, to: Output.write)
            } else {
                Output.print(snapshot.servicesText(configuration) + snapshot.lossText(output.style))
            }
        }
    }
}
