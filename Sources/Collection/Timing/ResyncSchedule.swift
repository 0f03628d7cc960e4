/// When a resync may begin: immediately after a loss, but increasingly late while losses continue. A resync costs the kernel a walk through
/// its table, and does not help a reader who cannot keep up. All times are relative to some start.
struct ResyncSchedule {
    private var due: Duration?
    private var earliest = Duration.zero
    private var pause = Duration.zero

    private static let firstPause = Duration.milliseconds(250)
    private static let longestPause = Duration.seconds(30)

    /// Resyncs take at most a fifth of the time.
    private static let restForWork = 4

    /// Reports a loss.
    ///
    /// - Returns: how long until the resync may begin.
    mutating func lose(at now: Duration) -> Duration {
        let begin = due ?? max(now, earliest)
        due = begin
        return max(begin - now, .zero)
    }

    func isDue(at now: Duration) -> Bool { due.map { $0 <= now } ?? false }

    /// How long to wait for it at most; nil if none is wanted.
    func wait(at now: Duration) -> Duration? { due.map { max($0 - now, .zero) } }

    /// Whether a loss is waiting for its resync.
    var isWanted: Bool { due != nil }

    mutating func begin() { due = nil }

    /// - Parameter isComplete: whether nothing was lost in the meantime; otherwise another resync is wanted.
    mutating func end(at now: Duration, took: Duration, isComplete: Bool) {
        pause = isComplete ? .zero : min(max(pause * 2, Self.firstPause), Self.longestPause)
        earliest = now + max(took * Self.restForWork, pause)
        due = isComplete ? nil : earliest
    }
}
