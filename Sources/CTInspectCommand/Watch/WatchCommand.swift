import Addresses
import ArgumentParser
import CLinux
import Collection
import Conntrack
import Glibc
import IPVS
import Inspection
import Netlink
import SystemPackage
import Terminal

struct WatchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch",
        abstract: "Watch a director live: services, servers, flows, drops, findings.",
        usage: "ct-inspect watch [<options>]",
        discussion: """
            EXAMPLES
              sudo ct-inspect watch
              sudo ct-inspect watch --tab flows --filter '!verdict=tracked'
              sudo ct-inspect watch --netns lb --interval 5s --observe
              sudo ct-inspect watch --once | head -20
              ct-inspect watch --capture DIR      static, without root
              ct-inspect watch --record DIR       as it was; [ and ] go back and on
              ct-inspect watch --record DIR --at 2h --once

            More: man ct-inspect-watch
            """)

    @OptionGroup var source: SourceOptions
    @OptionGroup var recorded: RecordedOptions
    @OptionGroup var screen: ScreenOptions

    @Flag(help: "Print one screen as text, and exit.")
    var once = false

    @Flag(help: "Observe packets from the start; on a screen, after showing what this adds to the kernel and asking.")
    var observe = false

    @Flag(help: "Observe even where no rule uses conntrack yet: this activates it while observing.")
    var startTracking = false

    @Option(help: ArgumentHelp("How often to read (1s); less often if reading takes long.", valueName: "DURATION"))
    var interval: TimeSpan?

    @OptionGroup var reading: ConnectionOptions

    @OptionGroup var receiving: BufferOptions

    func validate() throws {
        try reading.validate(with: source)
        try validateRecord()
        if observe, source.capture != nil {
            throw ValidationError("--observe and --capture are mutually exclusive: a capture has no packets to count")
        }
        if interval != nil, source.capture != nil {
            throw ValidationError("--interval and --capture are mutually exclusive: a capture is read once")
        }
        if let interval, interval.duration < .milliseconds(100) {
            throw ValidationError("--interval must be at least 100ms")
        }
        // Without it, only the kernel determines the initial tab.
        guard screen.tab != nil else { return }
        var model = Model(
            Model.Setting(host: "", networkNamespace: nil, kernelRelease: ""), size: Size(columns: 80, rows: 24),
            hasIPVS: true)
        model.setting.names = .installed
        if let complaint = model.begin(screen.start) { throw ValidationError(complaint) }
    }

    var isLive: Bool { !once && isatty(STDIN_FILENO) == 1 && Output.isTerminal }

    func run() throws {
        if let path = recorded.record { return try runRecord(path) }
        var captured: CapturedKernel?
        try Failure.reporting { () throws(KernelError) in captured = try source.captured() }
        if source.capture == CaptureArgument.standardStream, !once, Output.isTerminal {
            CaptureArgument.returnKeyboard()
        }
        // Before there is any thread or socket: a child that must not inherit any.
        if isLive { clinux_start_terminal_guard(STDOUT_FILENO) }
        defer { clinux_end_terminal_guard() }
        var complaint: String?
        try Failure.reporting { () throws(KernelError) in
            // Capabilities are given up with the next step; a capture is tried before there is a second thread.
            var files = SettingsFiles(reads: !screen.noConfig)
            var resolver: NameResolver?
            if isLive, source.capture == nil {
                try files.startWriter()
                // In this network namespace, where name servers are reached, and not in that of the director.
                resolver = try NameResolver(as: files.caller)
            }
            let kernel: any KernelSource =
                if let captured { captured } else { try source.open(reading, keeping: .sandbox) }
            var model = try model(of: kernel)
            let troubles = files.apply(to: &model)
            complaint = model.begin(screen.start)
            if complaint != nil { return }
            let checks = isLive ? try source.checksInBackground(kernel) : nil
            defer { checks?.stop() }
            let news = isLive ? nil : source.checksOnce(kernel)
            if source.capture == nil { try Privileges.keepOnlyNetAdmin() }
            if isLive, source.capture != nil {
                try files.startWriter()
                resolver = try NameResolver(as: files.caller)
            }
            let session = try session(kernel, model, checks)
            if let news { session.take(news) }
            report(troubles, session)
            if isLive {
                try show(session, files, resolver)
            } else {
                try WatchPrinter(session, screen).print(afterInterval: waits)
            }
        }
        if let complaint { throw ValidationError(complaint) }
    }

    /// How long to watch before printing the screen, to get rates; not at all if no rates are wanted.
    private var waits: Duration? { observe || interval != nil ? interval?.duration ?? .seconds(1) : nil }

    private func model(of kernel: any KernelSource) throws(KernelError) -> Model {
        // Missing permissions are better reported before taking over the screen.
        if source.capture == nil { _ = try Table(kernel).size() }
        let origin = kernel.origin
        var setting = Model.Setting(
            host: origin.host, networkNamespace: origin.networkNamespace, kernelRelease: origin.kernelRelease)
        setting.captureTakenAt = source.capture == nil ? nil : origin.takenAt
        setting.clocksAhead = Clocks.localOffset(at: Clocks.system.wall())
        setting.names = .installed
        setting.isPrinted = !isLive
        setting.startsTracking = startTracking
        return Model(setting, size: screen.printedSize, hasIPVS: Director.isPresent(in: kernel))
    }

    private func session(
        _ kernel: any KernelSource, _ model: Model, _ checks: BackgroundChecks?
    ) throws(KernelError) -> WatchSession {
        var events: EventSocket?
        if source.capture == nil {
            events = try EventSocket(
                groups: [EventKind.new.entryGroup], buffer: receiving.buffer.bytes, for: "subscribe to conntrack events"
            )
        }
        return WatchSession(
            kernel, model, events: events, checks: checks, interval: interval?.duration ?? model.interval,
            asksToObserve: observe)
    }

    /// A screen says it until a key is pressed.
    func report(_ troubles: [String], _ session: WatchSession) {
        if !isLive { return troubles.forEach(Output.complain) }
        if let first = troubles.first {
            session.handle(.said(troubles.count == 1 ? first : "\(first) (and \(troubles.count - 1) more)"))
        }
    }

    func show(_ session: WatchSession, _ files: SettingsFiles, _ resolver: NameResolver?) throws(KernelError) {
        let signals = clinux_open_signals()
        guard signals >= 0 else { throw KernelError("catch signals", Errno(rawValue: -signals)) }
        defer { clinux_close_signals(signals) }
        let driver: CursesDriver
        do throws(DriverError) {
            driver = try CursesDriver(usesMouse: !screen.noMouse, usesColour: screen.usesColour)
        } catch {
            throw KernelError("watch", .failed, detail: error.description)
        }
        let (size, isUnicode) = (driver.size, driver.isUnicode)
        session.change { model in
            model.setting.glyphs = Glyphs(isUnicode: isUnicode)
            model.size = size
        }
        try WatchLoop(session, driver, files, resolver, signals: signals).run()
    }
}
