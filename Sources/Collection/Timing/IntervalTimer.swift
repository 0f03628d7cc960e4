import Glibc

/// Beats once an interval, until somebody interrupts the program (SIGINT, SIGTERM): from its making on, these signals end nothing
/// by themselves, so that what is being printed is printed to its end.
package struct IntervalTimer {
    private let interval: Duration
    private var next: ContinuousClock.Instant
    private var signals = sigset_t()

    package init(every interval: Duration) {
        self.interval = interval
        next = .now + interval
        sigemptyset(&signals)
        for signal in [SIGINT, SIGTERM] { sigaddset(&signals, signal) }
        pthread_sigmask(SIG_BLOCK, &signals, nil)
    }

    /// Waits for the next beat; one that is past already is left out. False when the program was interrupted.
    package mutating func wait() -> Bool {
        var rest = next - .now
        repeat {
            let (seconds, attoseconds) = max(rest, .zero).components
            var limit = timespec(tv_sec: Int(seconds), tv_nsec: Int(attoseconds / 1_000_000_000))
            if sigtimedwait(&signals, nil, &limit) > 0 { return false }
            rest = next - .now
        } while rest > .zero
        repeat { next += interval } while next <= .now
        return true
    }
}
