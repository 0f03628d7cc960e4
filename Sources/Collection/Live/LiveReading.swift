import Addresses
import Conntrack
import IPVS
import Inspection
import Netlink

/// One reading of a live director: passes what the reader finds to the keeper, unless the rest is no longer wanted.
final class LiveReading: ReadingSink {
    // Not unowned, which costs two atomic operations a row. It is let go of when the reading ends.
    private let live: LiveDirector
    private let keeper: any DirectorKeeper
    private let begun: Duration
    /// The program was stopped for this long.
    private var away = Duration.zero
    private var rowsSinceLook = 0
    private var rowsSincePause = 0
    private var isAbandoned = false

    let wantsWholeTable: Bool

    init(_ live: LiveDirector, _ keeper: any DirectorKeeper, wantsEntries: Bool) {
        self.live = live
        self.keeper = keeper
        wantsWholeTable = wantsEntries
        begun = live.clock.elapsed()
        isFirst = keeper.director.reading.finished == nil
    }

    /// How long it has taken so far, without the time for which the program was stopped.
    var took: Duration { live.clock.elapsed() - begun - away }

    func wasAway(_ span: Duration) { away += span }

    func abandon() {
        isAbandoned = true
        keeper.director.abandonReading()
    }

    func begin(_ services: [Service], _ sysctls: Sysctls, localAddresses: Set<IPAddress>, absence: KernelError?) {
        keeper.director.begin(services, sysctls, localAddresses: localAddresses, absence: absence?.description)
        keeper.changed(.readingBegan)
    }

    func take(_ connections: [Connection]) {
        if !isAbandoned { keeper.director.take(connections) }
        count(connections.count)
    }

    func endConnections(isWhole: Bool) { if !isAbandoned { keeper.director.endConnections(isWhole: isWhole) } }

    func beginEntries() { if !isAbandoned { keeper.director.beginEntries() } }

    func take(_ entry: Entry, _ message: RawSpan) {
        if !isAbandoned { keeper.take(entry) }
    }

    func endEntries(isWhole: Bool) {
        guard !isAbandoned else { return }
        keeper.director.endEntries(isWhole: isWhole)
        keeper.changed(.entriesEnded(isWhole: isWhole))
    }

    func withStore<Value>(_ body: (inout FlowStore) -> Value) -> Value { keeper.director.withStore(body) }

    // MARK: Pauses for the keeper

    private static let rowsBetweenPauses = 4096
    /// Where rows come slowly, as from /proc, the clock is looked at more often.
    private static let rowsBetweenLooks = 32
    private static let longestBetweenPauses = Duration.milliseconds(50)
    private static let rowsSettledAtOnce = 8192
    private static let rowsShownEvery = Duration.milliseconds(300)
    private var lastPause = Duration.zero
    private var lastShown = Duration.zero
    private let isFirst: Bool

    /// Called for each entry and each flow that is looked up.
    func progress(_ text: @autoclosure () -> String, at count: Int) { self.count(1) }

    @inline(__always)
    private func count(_ rows: Int) {
        rowsSinceLook &+= rows
        if rowsSinceLook >= Self.rowsBetweenLooks { look() }
    }

    private func look() {
        rowsSincePause += rowsSinceLook
        rowsSinceLook = 0
        if rowsSincePause >= Self.rowsBetweenPauses || live.clock.elapsed() - lastPause > Self.longestBetweenPauses {
            pause()
        }
    }

    private func pause() {
        rowsSincePause = 0
        lastPause = live.clock.elapsed()
        if isFirst, lastPause - lastShown > Self.rowsShownEvery {
            lastShown = lastPause
            keeper.changed(.rowsCame)
        }
        keeper.readingGoesOn()
        live.stopUnwanted()
    }

    // MARK: The end

    func settle() { live.settle() }

    func finish(_ outcome: ReadOutcome) {
        guard !isAbandoned else { return }
        var losses = outcome.losses
        if keeper.director.sysctls.number(Sysctls.conntrackEvents) == 0 {
            losses.append(
                Loss("the verdict never", "\(Sysctls.conntrackEvents) is 0, so there are no NEW events to tell by"))
        }
        let took = took
        while !keeper.director.goOnSettling(Self.rowsSettledAtOnce, took: took) {
            pause()
            if isAbandoned { return }
        }
        keeper.director.finish(
            took: took, pause: live.pause(after: took, isFromTable: outcome.connections.areFromTable), losses: losses,
            connections: outcome.connections)
        if keeper.director.events.isResyncing {
            keeper.director.endResync()
            keeper.changed(.resynced)
        }
        keeper.changed(.readingEnded)
    }
}
