import Netlink

/// Ticks once an interval.
package struct IntervalTimer {
    private let interval: Duration
    private let waiter: Waiter
    private var next: ContinuousClock.Instant

    package init(every interval: Duration, _ waiter: Waiter) {
        self.interval = interval
        self.waiter = waiter
        next = .now + interval
    }

    /// Waits for the next tick; ticks that were missed are skipped.
    ///
    /// - Returns: false when it was asked to stop, or the reader of the output is gone.
    package mutating func wait() throws(KernelError) -> Bool {
        while case let rest = next - .now, rest > .zero {
            if waiter.isStopped { return false }
            if try waiter.wait(upTo: rest) != .goOn { return false }
        }
        if waiter.isStopped { return false }
        repeat { next += interval } while next <= .now
        return true
    }
}
