import Addresses
import ArgumentParser
import Collection
import Glibc
import Netlink
import Reports
import Serving

struct ExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Serve the director's state as Prometheus metrics.",
        usage: "ct-inspect export [<options>]",
        discussion: """
            EXAMPLES
              sudo ct-inspect export                      at http://127.0.0.1:9836/metrics
              sudo ct-inspect export --observe --netns lb
              sudo ct-inspect export --listen '[::1]:9836' --labels service
              sudo ct-inspect export --textfile FILE      for node_exporter to read
              sudo ct-inspect export --once | grep check_finding
              ct-inspect export --once --capture DIR      without root

            More: man ct-inspect-export
            """)

    @OptionGroup var outlets: ExportOutlets
    @OptionGroup(title: "What is read") var sources: ExportSources

    @Option(
        help: ArgumentHelp(
            "Metrics of IPVS by real server (backend), or summed by service.",
            valueName: MetricDetail.allCases.map(\.rawValue).joined(separator: "|")))
    var labels = MetricDetail.backend

    @Option(
        help: ArgumentHelp("At most this many series: larger metrics are left out as a whole.", valueName: "N"))
    var maxSeries = 200_000

    @Flag(help: "Print the name, type and meaning of every metric, and exit.")
    var list = false

    func validate() throws {
        if maxSeries < 1 { throw ValidationError("--max-series must be at least 1") }
        if sources.capture != nil, !outlets.once, outlets.listen.isEmpty {
            throw ValidationError("--capture needs --once or --listen")
        }
    }

    func run() throws {
        if list { return Output.print(Metric.listing) }
        var failure: KernelError?
        try Failure.reporting { () throws(KernelError) in
            let captured = try sources.captured()
            let jobs = sources.jobs(once: outlets.once || captured != nil, of: captured?.capture)
            let origin = captured?.origin ?? LiveKernel(networkNamespace: nil).origin
            let board = ExportBoard(jobs, kernelRelease: origin.kernelRelease, labels, mostSeries: maxSeries)
            if outlets.once { failure = try printOnce(jobs, board) } else { try serve(jobs, board) }
        }
        // Each collector has said itself why it failed.
        if let failure { throw ExitCode(Failure(failure).rawValue) }
    }

    private func start(_ jobs: [Exporter.Job], _ board: ExportBoard) throws(KernelError) -> [pthread_t] {
        try Exporter.start(jobs, in: sources.shelter()) { job, outcome in
            if let news = board.take(job, outcome) { Output.complain(news.printable) }
        }
    }

    /// - Returns: why the first collector failed, if all have.
    private func printOnce(_ jobs: [Exporter.Job], _ board: ExportBoard) throws(KernelError) -> KernelError? {
        for thread in try start(jobs, board) { pthread_join(thread, nil) }
        if Output.isStopped { throw KernelError("read all of it", .stopped) }
        if let file = outlets.file {
            try file.write(board.page)
        } else {
            var text = board.page.text(.prometheus)
            while let piece = text.next() { Output.write(piece.span.bytes) }
        }
        return board.commonFailure
    }

    private func serve(_ jobs: [Exporter.Job], _ board: ExportBoard) throws(KernelError) {
        let sockets = ServiceManager.takeSockets()
        // Nobody reads its output.
        let waiter = try Waiter(output: nil, catchingStops: true)
        for thread in try start(jobs, board) { pthread_detach(thread) }
        if let file = outlets.file { try file.keepWriting(board, every: sources.interval.duration) }
        // Who listens to the network needs none.
        try Privileges.renounce()
        let pages = ExportPages(board: board)
        let server = outlets.listens(sockets) ? PageServer { pages.answer($0) } : nil
        if let server { try outlets.listen(server, sockets) }
        ServiceManager.tell("READY=1")
        while try waiter.wait(upTo: .seconds(3600)) != .stopped {}
        ServiceManager.tell("STOPPING=1")
    }
}

extension MetricDetail: ExpressibleByArgument {}
