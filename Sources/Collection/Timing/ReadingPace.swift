/// When to read: every interval, but the second time soon; at most a quarter of the time if reading takes long, unless the connections come
/// from the kernel's own table, whose walk takes no lock: then every ten seconds, as long as that is at most half of the time; and soon after a
/// loss, which a reading recovers.
package final class ReadingPace {
    /// Takes effect from the last reading on.
    package var interval: Duration {
        didSet {
            if interval != oldValue, let last {
                due = last.end + pause(after: last.took, isFromTable: last.isFromTable)
            }
        }
    }
    private var due = Duration.zero
    private var last: (end: Duration, took: Duration, isFromTable: Bool)?
    private var schedule = ResyncSchedule()
    private var isFirst = true

    /// The ratio of time without reading to time with reading.
    private static let restForWork = 3
    private static let oftenEnough = Duration.seconds(10)

    package init(_ interval: Duration) { self.interval = interval }

    /// Reports a loss of events.
    package func lose(at now: Duration) { _ = schedule.lose(at: now) }

    package func isDue(at now: Duration) -> Bool { now >= due || schedule.isDue(at: now) }

    /// How long until the next reading at most.
    package func wait(at now: Duration) -> Duration {
        min(max(due - now, .zero), schedule.wait(at: now) ?? .seconds(3600))
    }

    /// How long nothing is read after a reading of this duration.
    ///
    /// - Parameter isFromTable: whether it read the kernel's own table.
    package func pause(after took: Duration, isFromTable: Bool) -> Duration {
        var rest = Self.rest(after: took)
        if isFromTable { rest = min(rest, max(Self.oftenEnough - took, took)) }
        return max(interval - took, rest)
    }

    /// How long at least.
    static func rest(after took: Duration) -> Duration { took * restForWork }

    /// Read immediately.
    package func hurry() { due = .zero }

    package func begin(at now: Duration) { schedule.begin() }

    package func end(at now: Duration, took: Duration, isFromTable: Bool, isComplete: Bool = true) {
        schedule.end(at: now, took: took, isComplete: isComplete || !schedule.isWanted)
        due = now + pause(after: took, isFromTable: isFromTable)
        last = (now, took, isFromTable)
        // Only connections that begin after the second reading can be proven never to be in the table: the sooner it comes, the better.
        if isFirst, took < .seconds(1) { due = .zero }
        isFirst = false
    }
}
