import Glibc

/// Termination signals are blocked, and taken where the program waits: so they end it through every `defer`, and
/// everything it changed is restored.
enum Signals {
    private static let ending = [SIGINT, SIGTERM, SIGHUP]

    /// Children start with an empty mask (`Child`), so this only affects the driver.
    static func block() {
        var set = set(of: ending + [SIGCHLD])
        sigprocmask(SIG_BLOCK, &set, nil)
    }

    /// - Throws: if a termination signal is pending. Does not block.
    static func check() throws {
        try wait(for: .zero, signals: ending)
    }

    /// Blocks for this long, or until a child exits or stops, whichever is first.
    /// - Throws: if a termination signal arrives.
    static func waitForChild(within limit: Duration) throws {
        try wait(for: limit, signals: ending + [SIGCHLD])
    }

    /// Blocks for this long. Unlike sleep, it can be interrupted.
    static func pause(_ duration: Duration) throws {
        try wait(for: duration, signals: ending)
    }

    private static func wait(for limit: Duration, signals: [CInt]) throws {
        var set = set(of: signals)
        let (seconds, attoseconds) = max(limit, .zero).components
        var timeout = timespec(tv_sec: Int(seconds), tv_nsec: Int(attoseconds / 1_000_000_000))
        let signal = sigtimedwait(&set, nil, &timeout)
        if ending.contains(signal) { throw Failure(.interrupted, "interrupted by signal \(signal)") }
    }

    private static func set(of signals: [CInt]) -> sigset_t {
        var set = sigset_t()
        sigemptyset(&set)
        for signal in signals { sigaddset(&set, signal) }
        return set
    }
}
