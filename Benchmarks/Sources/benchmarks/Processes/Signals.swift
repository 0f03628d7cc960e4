import Glibc

/// The signals that would end the program are blocked, and taken where it waits: so they end it by way of every `defer`, and
/// what it changed is restored.
enum Signals {
    private static let ending = [SIGINT, SIGTERM, SIGHUP]

    /// Children are made with an empty mask (`Child`), so this is for the driver alone.
    static func block() {
        var set = set(of: ending + [SIGCHLD])
        sigprocmask(SIG_BLOCK, &set, nil)
    }

    /// - Throws: when a signal asks for the end. Does not block.
    static func check() throws {
        try wait(for: .zero, signals: ending)
    }

    /// Blocks for so long, or until a child ends or stops, whichever is first.
    /// - Throws: when a signal asks for the end.
    static func waitForChild(within limit: Duration) throws {
        try wait(for: limit, signals: ending + [SIGCHLD])
    }

    /// Blocks for so long. Unlike sleep, it can be interrupted.
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
