import ArgumentParser
import Collection
import Conntrack
import IPVS
import Inspection
import Netlink
import Reports

/// How services are printed, besides `--json`.
enum ServicesFormat: String, CaseIterable, ExpressibleByArgument {
    case table, json, save
}

struct ServicesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "services",
        abstract: "List IPVS services and their destinations, like ipvsadm -Ln.",
        usage: "ct-inspect services [<options>]",
        discussion: """
            EXAMPLES
              sudo ct-inspect services
              sudo ct-inspect services --netns lb
              sudo ct-inspect services --service tcp/10.0.0.100:80
              sudo ct-inspect services --rate
              ct-inspect services --capture lb1.tar -o save | sudo ipvsadm -R
              sudo ct-inspect services --json | jq '.services[].destinations[].address'

            More: man ct-inspect-services
            """)

    @OptionGroup var source: SourceOptions
    @OptionGroup var listing: ServicesListingOptions
    @OptionGroup var output: OutputOptions

    @Option(
        name: [.customShort("o"), .long],
        help: "table, json (same as --json) or save (like ipvsadm -Sn, for ipvsadm -R).")
    var format = ServicesFormat.table

    @Option(
        help: ArgumentHelp(
            "Only this service, e.g. tcp/10.0.0.100:80; may be repeated.",
            valueName: "[PROTO/]VIP[:PORT]|fwmark:N"), completion: .services)
    var service: [ServiceSelector] = []

    @Option(
        name: .customLong("filter"),
        help: ArgumentHelp("What else services must be; see ct-inspect-filter(7).", valueName: "EXPRESSION"),
        completion: .filter(.services(.none)))
    var expression = ""

    func validate() throws {
        _ = try FilterExpression.option(expression, FilterVocabulary.services)
        if output.json, format == .save { throw ValidationError("--json and -o save are mutually exclusive") }
        if listing.isWanted, output.json || format != .table {
            throw ValidationError("\(listing.names) is for the table: JSON has all of it")
        }
    }

    func run() throws {
        let expression = try FilterExpression.option(expression, FilterVocabulary.services)
        try Failure.reporting { () throws(KernelError) in
            let collector = try FlowCollector(try source.open())
            let all = try collector.servicesSnapshot()
            for selector in service where !all.services.contains(where: { selector.matches($0.identity) }) {
                throw .noSuchService(among: all.services, all.losses)
            }
            var filter = FlowFilter()
            filter.services = service
            let snapshot = all.narrowed(by: filter).narrowed(byServices: expression)
            let configuration = try collector.director.configuration()
            switch (output.json, format) {
            case (true, _), (_, .json): snapshot.writeServicesJSON(configuration, to: Output.write)
            case (_, .table) where listing.timeout || listing.daemon:
                let lines = listing.timeout ? [configuration.timeoutLine] : configuration.daemonLines
                if !lines.isEmpty { Output.print(lines) }
            case (_, .table):
                Output.print(
                    snapshot.servicesText(configuration, listing.listing) + snapshot.lossText(output.style))
                for remark in snapshot.servicesRemarks(configuration) { Output.complain(remark) }
            case (_, .save):
                Output.print(snapshot.savedServices)
                for loss in snapshot.lossText(.plain) { Output.complain(loss) }
            }
        }
    }
}
