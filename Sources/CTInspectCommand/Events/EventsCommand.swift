import ArgumentParser
import Collection
import Conntrack
import Inspection
import Netlink
import Reports

struct EventsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "events",
        abstract: "Follow conntrack events, and report lost ones.",
        discussion: """
            EXAMPLES
              sudo ct-inspect events --kind new,destroy --dst 10.0.0.100
              sudo ct-inspect events --initial --json | jq -c 'select(.event != "update")'
              sudo ct-inspect events --for 30s --json > events.jsonl
              sudo ct-inspect events --format conntrack -o id,timestamp   like conntrack -E
              sudo ct-inspect events expect

            More: man ct-inspect-events
            """)

    @Argument(help: ArgumentHelp("conntrack, or expect (expectations).", valueName: "TABLE"))
    var table = EventTable.conntrack

    @Option(
        help: ArgumentHelp("Kinds to show: new, update, destroy.", valueName: "KIND,..."),
        completion: .list(fixed: EventKind.allCases.map(\.rawValue)))
    var kind = EventKinds(kinds: EventKind.allCases)

    @Flag(help: "Begin with the entries already in the table.")
    var initial = false

    @OptionGroup var receiving: BufferOptions

    @Flag(help: "Do not keep the table in memory (110 to 220 bytes per entry): losses are only reported.")
    var noResync = false

    @Option(
        name: .customLong("for"), help: ArgumentHelp("Stop after this time: 500ms, 30s, 5m, 1h.", valueName: "DURATION")
    )
    var span: TimeSpan?

    @Option(help: ArgumentHelp("Stop after this many events.", valueName: "N"))
    var count: Int?

    @OptionGroup var namespace: NamespaceOptions

    @Flag(help: "Print JSON lines (schema ct-inspect/1).")
    var json = false

    @Option(help: "text, json (same as --json) or conntrack (like conntrack -E -o extended).")
    var format = EventFormat.text

    @Option(
        name: .customShort("o"),
        help: ArgumentHelp(
            "With --format conntrack: id, labels, ktimestamp, timestamp; or save alone.", valueName: "WORD,…"),
        completion: .list(fixed: OutputWord.allCases.map(\.rawValue)))
    var words: [String] = []

    @OptionGroup(title: "Filters") var filters: FilterOptions

    func validate() throws {
        if let count, count < 1 { throw ValidationError("--count must be at least 1") }
        let words = try outputWords()
        try OutputWord.check(words, isFormat: format == .conntrack, isJSON: isJSON)
        if words.contains(.save), table == .expect {
            throw ValidationError("-o save is for entries, not expectations")
        }
        if table == .expect, try !filters.filter.isEmpty {
            throw ValidationError("filters apply to entries, not to expectations")
        }
    }

    private func outputWords() throws -> Set<OutputWord> { try OutputWord.read(words, of: OutputWord.allCases) }

    func run() throws {
        let (filter, words) = (try filters.filter, try outputWords())
        try Failure.reporting { () throws(KernelError) in
            let kernel = try namespace.enterToAsk(keeping: isConntrack(words) ? .descriptors : [])
            switch table {
            case .conntrack:
                let lasting = filter.lasting
                var settings = settings(EventFollower<EntryLedger>.Settings())
                // With a filter their number is unknown.
                if lasting.isEmpty { settings.expected = Self.number(of: Sysctls.conntrackCount, in: kernel) ?? 0 }
                settings.follows = lasting.matches
                settings.shows = filter.matches
                // The ledger must see everything it follows, whatever is shown of it.
                let socketFilter = (noResync && !initial ? filter : lasting).socketFilter
                try watch(kernel, settings, words, filter: socketFilter) { each throws(KernelError) in
                    try Table(kernel).dump(matching: lasting, each)
                }
            case .expect:
                try watch(kernel, settings(EventFollower<ExpectationLedger>.Settings()), words, filter: nil) {
                    each throws(KernelError) in try Expectations(kernel).dump(each)
                }
            }
        }
    }

    private func watch<EntryLedger: StreamLedger>(
        _ kernel: LiveKernel, _ settings: EventFollower<EntryLedger>.Settings, _ words: Set<OutputWord>,
        filter: SocketFilter?,
        dump: @escaping ((EntryLedger.Subject) -> Void) throws(KernelError) -> Answer
    ) throws(KernelError) where EntryLedger.Subject: EventSubject & EventDecodable {
        let socket = try EventSocket(
            groups: subscribed.map(EntryLedger.Subject.group), buffer: receiving.buffer.bytes,
            for: "subscribe to conntrack events",
            prepare: { descriptor throws(KernelError) in try filter?.attach(to: descriptor) })
        let waiter = try Output.waiter()
        let start = start(kernel, socket)
        for warning in start.warnings { Output.complain(warning) }
        let writer: any EventWriter<EntryLedger.Subject> = writer(words, kernel)
        writer.write(.start(start))
        let follower = EventFollower<EntryLedger>(dump, socket, settings, to: writer)
        try follower.run(waiter)
        if !isJSON { Output.complain(follower.tally.sentence) }
    }

    private var isJSON: Bool { json || format == .json }

    private func isConntrack(_ words: Set<OutputWord>) -> Bool { format == .conntrack || words.contains(.save) }

    private func writer<Subject: EventSubject>(
        _ words: Set<OutputWord>, _ kernel: LiveKernel
    ) -> any EventWriter<Subject> {
        if isJSON { return EventJSON<Subject>(to: Output.write) }
        guard isConntrack(words) else { return EventText<Subject>(clocksAhead: Clocks.localOffset, to: Output.write) }
        return EventConntrackLines<Subject>(
            ConntrackFormat(words), showsTime: words.contains(.timestamp),
            program: NetlinkPortOwners(kernel).name(ofPort:),
            complain: Output.complain, to: Output.write)
    }

    /// UPDATEs are a flood: they are subscribed to only if shown. Keeping the table in memory requires DESTROY events.
    private var subscribed: [EventKind] {
        EventKind.allCases.filter { kind.kinds.contains($0) || !noResync && $0 != .update }
    }

    private func settings<EntryLedger>(_ settings: EventFollower<EntryLedger>.Settings)
        -> EventFollower<EntryLedger>.Settings
    {
        var settings = settings
        settings.kinds = Set(kind.kinds)
        settings.showsInitial = initial
        settings.resyncs = !noResync
        settings.limit = count
        settings.duration = span?.duration
        return settings
    }

    private func start(_ kernel: any KernelSource, _ socket: EventSocket) -> EventStart {
        EventStart(
            kernel.origin, buffer: socket.bufferSize, bufferAsked: receiving.buffer.bytes,
            eventsSetting: Self.number(of: Sysctls.conntrackEvents, in: kernel), kinds: kind.kinds, resyncs: !noResync)
    }

    /// Nil if it does not exist or is not a number: neither prevents events.
    private static func number(of sysctl: String, in kernel: any KernelSource) -> Int? {
        (try? kernel.text(of: KernelFile(sysctl: sysctl))).flatMap { Int($0) }
    }
}
