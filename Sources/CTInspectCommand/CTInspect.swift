import ArgumentParser

/// The root command. The default subcommand is `flows`.
package struct CTInspect: ParsableCommand {
    /// Of the program; the JSON schema has its own version.
    package static let version = "0.1.0"

    package static let configuration = CommandConfiguration(
        commandName: "ct-inspect",
        abstract: "Show which LVS flows never reach the conntrack table, and why.",
        discussion: """
            EXAMPLES
              sudo ct-inspect                       the flows here, and what they mean
              sudo ct-inspect watch                 the same, live
              sudo ct-inspect flows --summary       one row per service
              sudo ct-inspect flows --json | jq '.services[] | {address, port, absent}'
              sudo ct-inspect services --netns lb   like ipvsadm -Ln, in the namespace lb
              sudo ct-inspect check                 what is wrong with this director
              sudo ct-inspect advise                how to fix it, proven
              sudo ct-inspect observe --for 30s     what the filter drops, by which rule
              sudo ct-inspect export                Prometheus metrics, at port 9836
              sudo ct-inspect record --to DIR       what changes, as JSON lines
              sudo ct-inspect capture /tmp/lb1      save the kernel's state to a directory
              ct-inspect flows --capture /tmp/lb1   the same flows, without root
              ct-inspect --version --verbose        what works on this host

            More: man ct-inspect; background: man ct-inspect-lvs-dr
            """,
        version: version,
        subcommands: [
            FlowsCommand.self, WatchCommand.self, CheckCommand.self, AdviseCommand.self, DumpCommand.self,
            EventsCommand.self,
            ServicesCommand.self,
            StatsCommand.self, ObserveCommand.self, ExplainCommand.self, CaptureCommand.self, DiffCommand.self,
            FleetCommand.self,
            ExportCommand.self, RecordCommand.self, ReplayCommand.self,
        ],
        defaultSubcommand: FlowsCommand.self)

    /// For ArgumentParser.
    package init() {}
}
