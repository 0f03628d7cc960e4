import Addresses
import ArgumentParser
import Collection
import Inspection
import Netlink
import Reports

struct StatsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stats",
        abstract: "Show how full the conntrack table is, and what is wrong with it.",
        usage: "ct-inspect stats [<options>]",
        discussion: """
            EXAMPLES
              sudo ct-inspect stats --verbose
              sudo ct-inspect stats --interval 5s   since boot, then every 5 seconds
              sudo ct-inspect stats --json | jq '.counters[] | {name, total}'

            More: man ct-inspect-stats
            """)

    @OptionGroup var source: SourceOptions
    @OptionGroup var output: OutputOptions

    @Option(help: ArgumentHelp("Print again after each DURATION with rates, until interrupted.", valueName: "DURATION"))
    var interval: TimeSpan?

    @Option(help: ArgumentHelp("Stop after N blocks; the first shows totals.", valueName: "N"))
    var count: Int?

    @Flag(help: "Explain each counter.")
    var verbose = false

    func validate() throws {
        if let interval, interval.duration < .milliseconds(100) {
            throw ValidationError("--interval must be at least 100ms")
        }
        if let count, count < 1 { throw ValidationError("--count must be at least 1") }
        if count != nil, interval == nil { throw ValidationError("--count needs --interval") }
        if interval != nil, source.capture != nil {
            throw ValidationError("--interval cannot be used with --capture: a capture is of one moment")
        }
    }

    func run() throws {
        try Failure.reporting { () throws(KernelError) in
            let kernel = try source.open()
            guard let interval else { return print(try TableStatistics(reading: kernel), since: nil) }
            try watch(kernel, every: interval.duration)
        }
    }

    private func watch(_ kernel: any KernelSource, every interval: Duration) throws(KernelError) {
        var timer = IntervalTimer(every: interval, try Output.waiter())
        var earlier: (statistics: TableStatistics, moment: ContinuousClock.Instant)?
        var blocks = 0
        repeat {
            let origin = Origin.here(networkNamespace: kernel.origin.networkNamespace)
            let moment = ContinuousClock.now
            let statistics = try TableStatistics(reading: kernel, at: origin)
            let change = earlier.map { StatisticsChange(from: $0.statistics, to: statistics, over: moment - $0.moment) }
            if earlier != nil, !output.json { Output.print([""]) }
            print(statistics, since: change)
            earlier = (statistics, moment)
            blocks += 1
            if blocks == count { return }
        } while try timer.wait()
    }

    private func print(_ statistics: TableStatistics, since change: StatisticsChange?) {
        if output.json {
            statistics.writeJSON(since: change, verbose: verbose, to: Output.write)
        } else {
            Output.print(statistics.text(since: change, verbose: verbose, output.style, width: Output.width))
        }
    }
}
