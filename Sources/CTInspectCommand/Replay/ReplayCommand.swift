import Addresses
import ArgumentParser
import Conntrack
import Inspection
import Netlink
import Records
import Reports
import SystemPackage

struct ReplayCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Print a record: what changed on a director, and when.",
        usage: "ct-inspect replay [<options>] DIR|FILE|- ...",
        discussion: """
            EXAMPLES
              ct-inspect replay /var/lib/ct-inspect --since 2h
              ct-inspect replay DIR --filter 'kind=finding or kind=ruleset'
              ct-inspect replay DIR --filter 'stuck and server=10.0.0.2'
              ct-inspect replay DIR --json | jq 'select(.record == "drops")'

            More: man ct-inspect-replay
            """)

    @Argument(
        help: ArgumentHelp(
            "Directories of ct-inspect record, segments of one, or - for standard input.", valueName: "DIR|FILE|-"),
        completion: .file())
    var records: [String]

    @Option(help: ArgumentHelp("Only what came then or later; or how long ago: 2h.", valueName: "TIME"))
    var since: PastTime?

    @Option(help: ArgumentHelp("Only what came before.", valueName: "TIME"))
    var until: PastTime?

    @Option(
        name: .customLong("filter"),
        help: ArgumentHelp("Only lines that match; see ct-inspect-filter(7).", valueName: "EXPRESSION"),
        completion: .filter(.records(.none)))
    var expression = ""

    @Flag(help: "Print the lines as they were recorded.")
    var json = false

    func validate() throws { _ = try filter() }

    private func filter() throws -> FilterExpression? {
        try FilterExpression.option(expression, FilterVocabulary.records)
    }

    func run() throws {
        let printer = RecordPrinter(since: since?.moment, until: until?.moment, try filter(), asJSON: json)
        try Failure.reporting { () throws(KernelError) in
            var isDamaged = false
            for path in records {
                let problems = try reader(of: path).forEachLine(printer.take)
                printer.flush()
                for problem in problems { Output.complain(problem.description.printable) }
                if problems.contains(where: \.isDamage) { isDamaged = true }
            }
            if printer.unknown > 0 {
                Output.complain("\(printer.unknown) lines are none of a record, and were left out")
            }
            if isDamaged || printer.unknown > 0 { throw KernelError("read all of the record", .invalid) }
        }
    }

    private func reader(of path: String) throws(KernelError) -> RecordReader {
        path == CaptureArgument.standardStream
            ? RecordReader(.standardInput, called: "standard input") : try RecordReader(path)
    }
}

extension RecordProblem {
    /// Not what is usual for a record that is being written.
    fileprivate var isDamage: Bool {
        switch kind {
        case .cut, .removed: false
        case .damaged, .tooLong, .missing, .unreadable: true
        }
    }
}
