import Addresses
import ArgumentParser
import Collection
import Conntrack
import Firewall
import Netlink
import Reports
import SystemPackage

struct RecordCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "record",
        abstract: "Record what changes on a director, as JSON lines.",
        usage: "ct-inspect record --to DIR|- [<options>]",
        discussion: """
            EXAMPLES
              sudo ct-inspect record --to /var/lib/ct-inspect
              sudo ct-inspect record --to /var/lib/ct-inspect --observe --keep-bytes 1G
              sudo ct-inspect record --to - --for 10m | grep '"record":"flow"'
              ct-inspect record --to - --capture DIR   all that a capture has
              ct-inspect replay /var/lib/ct-inspect --since 2h

            More: man ct-inspect-record
            """)

    @OptionGroup var outlet: RecordOutlet

    @Option(
        name: .customLong("for"),
        help: ArgumentHelp("Stop after this time (default: at Ctrl-C): 30s, 5m, 1h.", valueName: "DURATION"))
    var span: TimeSpan?

    @Option(help: ArgumentHelp("How often to read; less often if reading takes long.", valueName: "DURATION"))
    var interval: TimeSpan = .seconds(10)

    @Flag(help: "Count packets and drops in the kernel, too, as ct-inspect observe does.")
    var observe = false

    @OptionGroup var source: SourceOptions
    @OptionGroup var reading: ConnectionOptions
    @OptionGroup var receiving: BufferOptions

    func validate() throws {
        try reading.validate(with: source)
        if source.capture != nil, observe || span != nil {
            throw ValidationError("--capture is one moment: --for and --observe need this kernel")
        }
        if interval.duration < .seconds(1) { throw ValidationError("--interval must be at least 1s") }
    }

    func run() throws {
        try Failure.reporting { () throws(KernelError) in
            let kernel = try source.open(reading, keeping: .sandbox)
            if source.capture != nil { return try recordCapture(kernel) }
            // Missing permissions are better reported at once.
            _ = try Table(kernel).size()
            let sink = try sink(kernel)
            let waiter = try Waiter(output: outlet.isStream ? .standardOutput : nil, catchingStops: true)
            let netns = source.namespace.netns
            let checks = try BackgroundChecks(in: .attempted(nil), every: .seconds(60)) {
                LiveKernel(networkNamespace: netns)
            }
            defer { checks.stop() }
            try Privileges.keepOnlyNetAdmin()
            var plan = Recorder.Plan(every: interval.duration)
            (plan.observes, plan.checks) = (observe, checks)
            let recorder = Recorder(
                kernel, entryEvents: try entryEvents(), commits: try commits(), plan, tell: sink.take)
            ServiceManager.tell("READY=1")
            try recorder.run(for: span?.duration, waiter) { () throws(KernelError) in try sink.keepUp() }
            ServiceManager.tell("STOPPING=1")
            try sink.finish()
        }
    }

    private func recordCapture(_ kernel: any KernelSource) throws(KernelError) {
        let checks = source.checksOnce(kernel)
        let sink = try sink(kernel)
        let plan = Recorder.Plan(every: interval.duration)
        try Recorder(kernel, entryEvents: nil, commits: nil, plan, tell: sink.take).readCapture(checks)
        try sink.finish()
    }

    private func sink(_ kernel: any KernelSource) throws(KernelError) -> RecordSink {
        try outlet.open(
            RecordHeading(
                origin: kernel.origin, interval: interval.duration, observes: observe, isLive: source.capture == nil))
    }

    private func entryEvents() throws(KernelError) -> EventSocket {
        try EventSocket(
            groups: [EventKind.new.entryGroup], buffer: receiving.buffer.bytes, for: "subscribe to conntrack events")
    }

    /// Nil where the kernel has no nf_tables.
    private func commits() throws(KernelError) -> EventSocket? {
        do throws(KernelError) {
            return try EventSocket(
                groups: [RulesetCommit.group], buffer: 1 << 20, for: "subscribe to changes of nf_tables")
        } catch {
            if error.cause == .absent { return nil }
            throw error
        }
    }
}
