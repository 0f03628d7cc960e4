/// When a resync may begin: at once after a loss, but when losses go on, ever later. A resync costs the kernel a walk through its table, and who
/// cannot keep up is not helped by more of it. All times are since some beginning.
struct ResyncSchedule {
    private var due: Duration?
    private var earliest = Duration.zero
    private var pause = Duration.zero

    private static let firstPause = Duration.milliseconds(250)
    private static let longestPause = Duration.seconds(30)

    /// Resyncs take a fifth of the time at most.
    private static let restForWork = 4

    /// Something was lost.
    ///
    /// - Returns: how long until the resync may begin.
    mutating func lose(at now: Duration) -> Duration {
        let begin = due ?? max(now, earliest)
        due = begin
        return max(begin - now, .zero)
    }

    func isDue(at now: Duration) -> Bool { due.map { $0 <= now } ?? false }

    /// How long to wait for it at most; nil when none is wanted.
    func wait(at now: Duration) -> Duration? { due.map { max($0 - now, .zero) } }

    /// Whether a loss waits for its resync.
    var isWanted: Bool { due != nil }

    mutating func begin() { due = nil }

    /// - Parameter isComplete: whether nothing was lost meanwhile; if something was, another resync is wanted.
    mutating func end(at now: Duration, took: Duration, isComplete: Bool) {
        pause = isComplete ? .zero : min(max(pause * 2, Self.firstPause), Self.longestPause)
        earliest = now + max(took * Self.restForWork, pause)
        due = isComplete ? nil : earliest
    }
}
