import Collection
import Conntrack
import Inspection
import Netlink
import Terminal

/// A screen and the director that it shows, live or as a record tells of it: passes what changes to the model, and what the model demands to
/// the director. It draws nothing and reads no keys.
final class WatchSession {
    private(set) var model: Model
    /// What `update` asked for and nobody has done yet.
    private(set) var effects: [Effect] = []
    /// Whether the screen must be redrawn.
    var isChanged = true
    /// Called now and then during a reading, so that keys are answered meanwhile.
    var pump: () -> Void = {}

    private let makeFeed: (WatchSession) -> any DirectorFeed
    private(set) lazy var feed = makeFeed(self)
    private let player: RecordPlayer?
    /// Where in the record to go next.
    private var step: RecordStep?
    private var examined: FlowKey?
    /// `--observe`, until the question was asked.
    private var asksToObserve: Bool

    /// - Parameters:
    ///   - events: subscribed to NEW; nil where nothing is followed, as in a capture.
    ///   - checks: made meanwhile; nil for none.
    init(
        _ kernel: any KernelSource, _ model: Model, events: EventSocket?, checks: BackgroundChecks? = nil,
        interval: Duration = .seconds(1),
        asksToObserve: Bool = false, clock: Clocks = .system
    ) {
        self.model = model
        self.model.interval = interval
        player = nil
        self.asksToObserve = asksToObserve
        var options = LiveDirector.Options(hints: .options)
        options.interval = interval
        options.startsTracking = model.setting.startsTracking
        // The second reading tells what an entry without a connection is. A capture has no more to say.
        options.mostReadings = model.isCapture ? 2 : nil
        options.moment = model.setting.captureTakenAt
        options.clock = clock
        options.checks = checks
        makeFeed = { LiveDirector(kernel, events: events, keeper: $0, options) }
    }

    /// Of a record that was loaded.
    init(_ player: RecordPlayer, _ model: Model) {
        (self.model, self.player) = (model, player)
        asksToObserve = false
        makeFeed = { session in
            player.keeper = session
            return player
        }
    }

    func begin() { feed.begin() }

    /// Shows another moment of the record with the next reading.
    func go(_ step: RecordStep) {
        self.step = step
        player?.go(step)
    }

    /// Changes the model by what happened.
    func handle(_ event: ScreenEvent) {
        effects += update(&model, event)
        feed.stopUnwanted()
        // Events change only their own tab.
        if case .director(.event) = event, !model.showsEvents { return }
        isChanged = true
    }

    func takeEffects() -> [Effect] {
        defer { effects = [] }
        return effects
    }

    func change(_ change: (inout Model) -> Void) {
        change(&model)
        isChanged = true
    }

    /// What checks have found that were made before.
    func take(_ news: BackgroundChecks.News) {
        switch news {
        case .report(let report): model.director.take(report)
        case .failure(let error): model.director.missChecks(because: error.description)
        }
        handle(.director(.checked))
    }

    /// Advances the time. The screen shows seconds.
    func tick() {
        let second = model.director.second
        feed.tick()
        if model.director.second != second { isChanged = true }
    }

    /// Starts observing if that was asked for on the command line of a printed screen, which cannot ask.
    func observeUnasked() {
        if asksToObserve { change { $0.observe() } }
        asksToObserve = false
    }

    /// Goes on sorting rows, if there are many, for at most this long.
    func arrange(for span: Duration) {
        guard model.isArranging else { return }
        let end = feed.clock.elapsed() + span
        while model.isArranging, feed.clock.elapsed() < end { model.goOnArranging() }
        if !model.isArranging { isChanged = true }
    }

    func keepToDemand() {
        feed.keepToDemand()
        if model.examinedFlow != examined { examine() }
    }

    func read() {
        let succeeded = feed.read()
        if let player {
            change { $0.record = player.span }
            if !succeeded, feed.failure == nil, let step { handle(.said(model.refusal(of: step))) }
        }
        examine()
        isChanged = true
        if asksToObserve, succeeded, !model.isOverlaid {
            asksToObserve = false
            change { $0.askToObserve() }
        }
    }

    /// Asks for names that are wanted, and takes those that were found.
    func name(by resolver: NameResolver) {
        for (address, name) in resolver.take() { handle(.named(address, name)) }
        let unnamed = model.unnamed
        if !unnamed.isEmpty, let refusal = resolver.refusal { return change { $0.hideNames(because: refusal) } }
        resolver.ask(unnamed)
    }

    /// Looks up the entry of the flow whose details are shown.
    private func examine() {
        examined = model.examinedFlow
        if let examined { handle(.examined(examined, feed.entry(of: examined))) }
    }
}

extension WatchSession: DirectorKeeper {
    var director: DirectorState {
        get { model.director }
        _modify { yield &model.director }
    }

    var demand: Demand { model.demand }

    func take(_ entry: Entry) { model.take(entry) }

    func changed(_ change: DirectorChange) { handle(.director(change)) }

    func readingGoesOn() { pump() }
}
