import Addresses
import Conntrack
import Glibc

/// The clocks for event streams, observations and screens. Tests use others.
package struct Clocks {
    /// The wall clock.
    package var wall: () -> Moment
    /// Time since some start; monotonic.
    package var elapsed: () -> Duration

    package init(wall: @escaping () -> Moment, elapsed: @escaping () -> Duration) {
        self.wall = wall
        self.elapsed = elapsed
    }

    package static var system: Clocks {
        let start = ContinuousClock.now
        return Clocks(
            wall: {
                var now = timespec()
                clock_gettime(CLOCK_REALTIME, &now)
                return Moment(nanoseconds: UInt64(max(0, now.tv_sec)) * 1_000_000_000 + UInt64(max(0, now.tv_nsec)))
            },
            elapsed: { ContinuousClock.now - start })
    }

    /// How many seconds local clocks are ahead of UTC.
    package static func localOffset(at moment: Moment) -> Int {
        var seconds = time_t(moment.seconds)
        var local = tm()
        return localtime_r(&seconds, &local) == nil ? 0 : local.tm_gmtoff
    }
}
