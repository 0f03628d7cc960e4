import ArgumentParser
import Collection
import Conntrack
import Inspection
import Netlink
import Reports

/// `--for` and `--follow`: watching, without which it cannot be proven that a flow never was in the table.
struct FlowWatchOptions: ParsableArguments {
    @Option(
        name: .customLong("for"),
        help: ArgumentHelp(
            "Watch first for this long, e.g. 30s: flows that begin without a NEW event are called never.",
            valueName: "DURATION"))
    var span: TimeSpan?

    @Flag(help: "Print flows as they begin or change, until interrupted or --for has elapsed.")
    var follow = false

    @Option(help: ArgumentHelp("With --follow: how often to read (2s).", valueName: "DURATION"))
    var interval: TimeSpan?

    @OptionGroup var receiving: BufferOptions

    var isWanted: Bool { span != nil || follow }

    func validate() throws {
        if interval != nil, !follow { throw ValidationError("--interval needs --follow") }
    }

    /// Watches, and prints the snapshot at the end; or with `--follow`, passes one per interval to the stream.
    func run(
        _ kernel: any KernelSource, keepsEntries: Bool, print: (FlowSnapshot) -> Void, follow stream: () -> FlowStream
    ) throws(KernelError) {
        let socket = try EventSocket(
            groups: [EventKind.new.entryGroup], buffer: receiving.buffer.bytes, for: "subscribe to conntrack events")
        let waiter = try Output.waiter()
        if (try? kernel.text(of: KernelFile(sysctl: Sysctls.conntrackEvents))) == "0" {
            throw KernelError(
                "watch for NEW events", .absent, detail: "\(Sysctls.conntrackEvents) is 0, so there are none",
                nextStep: "sysctl -w \(Sysctls.conntrackEvents)=1")
        }
        let collector = try FlowCollector(
            kernel, events: socket, keepsEntries: keepsEntries, progress: Progress().reading)
        if follow {
            try self.follow(stream(), collector, waiter)
        } else {
            try collector.watch(for: span?.duration ?? .zero, waiter)
            let snapshot = try collector.snapshot()
            Output.releaseStops()
            print(snapshot)
        }
    }

    private func follow(
        _ stream: FlowStream, _ collector: FlowCollector, _ waiter: Waiter
    ) throws(KernelError) {
        let clock = Clocks.system
        let end = span.map { clock.elapsed() + $0.duration }
        let pace = ReadingPace(interval?.duration ?? .seconds(2))
        func read() throws(KernelError) -> FlowSnapshot {
            let start = clock.elapsed()
            let snapshot = try collector.snapshot()
            let now = clock.elapsed()
            pace.end(at: now, took: now - start, isFromTable: snapshot.connections.areFromTable)
            return snapshot
        }
        // So that, if that is quick, whatever begins after the first lines are printed can be proven never to be in the table.
        try collector.learnOlder(within: .seconds(1))
        stream.begin(try read(), at: clock.wall())
        while !waiter.isStopped, end.map({ clock.elapsed() < $0 }) ?? true {
            let rest = pace.wait(at: clock.elapsed())
            guard try collector.wait(for: end.map { min(rest, $0 - clock.elapsed()) } ?? rest, waiter) else { break }
            stream.take(try read(), at: clock.wall())
        }
        stream.end(at: clock.wall())
    }
}
