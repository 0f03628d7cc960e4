import CLinux
import Collection
import Glibc
import Inspection
import Netlink
import SystemPackage
import Terminal

/// The event loop of a live screen: waits for keys, signals, kernel events and the next reading, informs the session, and draws.
final class WatchLoop {
    private let session: WatchSession
    private var driver: CursesDriver
    private let files: SettingsFiles
    private let resolver: NameResolver?
    private let signals: CInt
    private let waiter: Waiter
    private var isOver = false
    private var lastDrawn = Duration.zero
    private var lastLookedUp = Duration.zero

    /// The minimum time between two screens if no key is pressed.
    private static let shortestPicture = Duration.milliseconds(50)
    /// How often a reading shows how far it is.
    private static let progressEvery = Duration.milliseconds(500)
    /// The longest sleep: samples of packets are collected at this interval.
    private static let longestSleep = Duration.milliseconds(250)
    /// How long rows are sorted before keys are answered again.
    private static let longestSlice = Duration.milliseconds(30)

    /// - Parameter signals: the descriptor that delivers them.
    init(
        _ session: WatchSession, _ driver: consuming CursesDriver, _ files: SettingsFiles, _ resolver: NameResolver?,
        signals: CInt
    ) throws(KernelError) {
        self.session = session
        self.resolver = resolver
        self.files = files
        // The screen reads SIGINT and SIGTERM from `signals`, as it does SIGWINCH, SIGTSTP and SIGCONT.
        waiter = try Waiter(output: FileDescriptor(rawValue: driver.descriptor), catchingStops: false)
        self.driver = driver
        self.signals = signals
        session.pump = { [unowned self] in lookUp() }
    }

    /// Runs until the user quits, or the terminal is gone.
    func run() throws(KernelError) {
        session.begin()
        while !isOver {
            draw()
            try wait()
            takeSignals()
            takeInputs()
            session.feed.follow()
            session.tick()
            session.keepToDemand()
            if let resolver { session.name(by: resolver) }
            session.arrange(for: Self.longestSlice)
            if !isOver, session.feed.isReadingDue {
                session.read()
                isUrgent = true
            }
        }
        leave()
    }

    /// Gives the terminal back.
    private func leave() {
        driver.end()
        for failure in files.finish() { Output.complain(failure) }
    }

    /// During a reading, which may take seconds: handles keys, and shows progress. Quitting does not wait for its end.
    private func lookUp() {
        let now = session.feed.clock.elapsed()
        guard now - lastLookedUp > Self.shortestPicture else { return }
        lastLookedUp = now
        takeSignals()
        takeInputs()
        session.feed.follow()
        session.tick()
        session.arrange(for: Self.longestSlice)
        if now - lastDrawn > Self.progressEvery { session.isChanged = true }
        draw()
        guard isOver else { return }
        leave()
        clinux_end_terminal_guard()
        exit(EXIT_SUCCESS)
    }

    private func draw() {
        guard session.isChanged else { return }
        let now = session.feed.clock.elapsed()
        if now - lastDrawn < Self.shortestPicture, !isUrgent { return }
        driver.draw(view(session.model))
        session.isChanged = false
        isUrgent = false
        lastDrawn = now
    }

    /// Someone waits for the next screen: a key was pressed, or a reading has ended.
    private var isUrgent = false

    // MARK: Waiting

    private func wait() throws(KernelError) {
        var limit = min(Self.longestSleep, session.feed.untilReading)
        if session.isChanged { limit = min(limit, Self.shortestPicture) }
        if session.model.isArranging { limit = .zero }
        let watched = [driver.descriptor, signals] + (session.feed.eventDescriptor.map { [$0] } ?? [])
        // The terminal is gone, and its SIGHUP may have been ignored.
        if try waiter.wait(for: watched, upTo: limit) == .readerGone { isOver = true }
    }

    private func takeSignals() {
        while case let signal = clinux_next_signal(signals), signal != 0 {
            switch signal {
            case SIGWINCH: resize()
            case SIGTSTP: suspend()
            case SIGCONT: resume()
            default: isOver = true
            }
        }
    }

    private func resize() {
        driver.resize()
        session.handle(.resized(driver.size))
        isUrgent = true
    }

    private func suspend() {
        let start = session.feed.clock.elapsed()
        driver.suspend()
        clinux_stop_self()
        session.feed.wasAway(session.feed.clock.elapsed() - start)
        resume()
    }

    /// Also after a SIGSTOP, which is not announced.
    private func resume() {
        session.feed.wasAway(.zero)
        driver.resume()
        session.handle(.resized(driver.size))
        isUrgent = true
    }

    private func takeInputs() {
        for input in driver.inputs() {
            session.handle(.input(input))
            isUrgent = true
        }
        for effect in session.takeEffects() {
            switch effect {
            case .quit: isOver = true
            case .suspend: suspend()
            case .redraw: resize()
            case .read: session.feed.hurry()
            case .export(let path):
                session.arrange(for: .seconds(60))
                session.handle(.said(SaveAsJSON.write(to: path, session.model.writeDocument)))
            case .go(let step): session.go(step)
            case .saveSettings:
                if let trouble = files.save(session.model.settings) { session.handle(.said(trouble)) }
            }
        }
        for said in files.takeNews() { session.handle(.said(said)) }
    }
}
