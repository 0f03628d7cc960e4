import Addresses
import ArgumentParser
import Collection

/// A time in the past: `2026-11-29T09:47:21Z`, or how long ago: `2h`.
struct PastTime: ExpressibleByArgument {
    let moment: Moment

    /// What a value must look like, for errors.
    static let form =
        "a time is in RFC 3339, as 2026-11-29T09:47:21Z or 2026-11-29T10:47:21+01:00, or says how long ago: 90s, 2h, 1d"

    init?(argument: String) {
        if let moment = Moment(rfc3339: argument) {
            self.moment = moment
            return
        }
        guard let span = TimeSpan(argument: argument) else { return nil }
        let ago = UInt64(max(0, span.duration.milliseconds)) * 1_000_000
        let now = Clocks.system.wall().nanoseconds
        moment = Moment(nanoseconds: now > ago ? now - ago : 0)
    }
}
