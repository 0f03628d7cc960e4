import ArgumentParser
import CLinux
import Conntrack
import Inspection
import Netlink
import Reports
import SystemPackage

struct EventsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "events",
        abstract: "Follow the conntrack table: entries that come, change and go, and what was lost of that.",
        discussion: """
            When events come faster than they are read, the kernel drops some. Each loss is
            a line of its own, and then a dump is compared with what was told: lines marked
            RESYNC make the picture right again. SIGINT ends the stream with a summary.

            With net.netfilter.nf_conntrack_events=2 (the default of newer kernels) an entry
            that was made while nobody listened sends no events, not even when it goes.

            EXAMPLES
              sudo ct-inspect events --kind new,destroy
              sudo ct-inspect events --initial --json | jq -c 'select(.event != "update")'
              sudo ct-inspect events --for 30s --json > events.jsonl
            """)

    @Option(help: ArgumentHelp("Kinds to show: new, update, destroy.", valueName: "KIND,..."))
    var kind = EventKinds(kinds: EventKind.allCases)

    @Flag(help: "Begin with the entries that are in the table.")
    var initial = false

    @Option(help: ArgumentHelp("Receive buffer to ask the kernel for.", valueName: "SIZE"))
    var buffer = ByteCount(bytes: 32 << 20)

    @Flag(help: "Do not keep the table in memory (110 to 220 bytes an entry): losses are only told.")
    var noResync = false

    @Option(
        name: .customLong("for"), help: ArgumentHelp("End after this time: 500ms, 30s, 5m, 1h.", valueName: "DURATION"))
    var span: TimeSpan?

    @Option(help: ArgumentHelp("End after this many events.", valueName: "N"))
    var count: Int?

    @Option(help: ArgumentHelp("Look into another network namespace.", valueName: "NAME|PID|PATH"))
    var netns: String?

    @Flag(help: "Print JSON, one object a line (schema ct-inspect/1).")
    var json = false

    func validate() throws {
        if let count, count < 1 { throw ValidationError("--count takes a number from 1 on") }
    }

    func run() throws {
        try Failure.reporting { () throws(KernelError) in
            if let netns { try NetworkNamespace.enter(netns) }
            try Privileges.keepOnlyNetAdmin()
            let kernel = LiveKernel(networkNamespace: netns)
            let socket = try EventSocket(
                groups: subscribed.map(\.entryGroup), buffer: buffer.bytes, for: "subscribe to conntrack events")
            clinux_catch_stop_signals()
            let start = start(kernel, socket)
            for warning in start.warnings { Output.complain(warning) }
            let writer: any EventWriter =
                json ? EventJSON(to: Output.write) : EventText(clocksAhead: EventClock.localOffset, to: Output.write)
            writer.write(.start(start))
            let watch = EventWatch(kernel, socket, settings, to: writer)
            try watch.run(output: .standardOutput) { clinux_stop_signal_came() != 0 }
            if !json { Output.complain(watch.tally.sentence) }
        }
    }

    /// UPDATE is a flood: it is subscribed to when it is shown. Who keeps the table in mind must hear of what goes.
    private var subscribed: [EventKind] {
        EventKind.allCases.filter { kind.kinds.contains($0) || !noResync && $0 != .update }
    }

    private var settings: EventWatch.Settings {
        var settings = EventWatch.Settings()
        settings.kinds = Set(kind.kinds)
        settings.showsInitial = initial
        settings.resyncs = !noResync
        settings.limit = count
        settings.duration = span?.duration
        return settings
    }

    private func start(_ kernel: any KernelSource, _ socket: EventSocket) -> EventStart {
        let origin = kernel.origin
        let setting = try? kernel.text(of: KernelFile(sysctl: Sysctls.conntrackEvents))
        return EventStart(
            takenAt: origin.takenAt, host: origin.host, networkNamespace: origin.networkNamespace,
            kernelRelease: origin.kernelRelease, buffer: socket.bufferSize, bufferAsked: buffer.bytes,
            eventsSetting: setting.flatMap { Int($0) }, kinds: kind.kinds, resyncs: !noResync)
    }
}
