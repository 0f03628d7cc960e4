import Glibc
import Inspection
import Netlink

/// Measures what this program costs: CPU time over a second or more, and memory.
struct CostMeter {
    /// CPU time used until a moment, in seconds.
    struct Usage {
        var user: Double
        var system: Double
        var moment: ContinuousClock.Instant
    }

    /// Where the span that is being measured began.
    private var start: Usage?
    private var share: OwnCost.Share?

    /// In less, a single reading, or what comes before the first, would look like what watching costs.
    static let shortest = Duration.seconds(1)

    mutating func measure() -> OwnCost {
        var usage = rusage()
        getrusage(RUSAGE_SELF.rawValue, &usage)
        take(
            Usage(user: Self.seconds(usage.ru_utime), system: Self.seconds(usage.ru_stime), moment: ContinuousClock.now)
        )
        return OwnCost(share, resident: Self.resident)
    }

    /// - Returns: the shares over the last span that was long enough; nil before there was one.
    @discardableResult
    mutating func take(_ usage: Usage) -> OwnCost.Share? {
        guard let start else {
            self.start = usage
            return nil
        }
        let span = usage.moment - start.moment
        guard span >= Self.shortest else { return share }
        let seconds = span / .seconds(1)
        share = OwnCost.Share(
            user: (usage.user - start.user) / seconds, system: (usage.system - start.system) / seconds)
        self.start = usage
        return share
    }

    private static func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }

    /// The second number of /proc/self/statm, in pages.
    private static var resident: UInt64 {
        guard let text = try? LiveKernel().text(of: KernelFile("proc/self/statm"), atMost: 256),
            let pages = text.split(separator: " ").dropFirst().first.flatMap({ UInt64($0) })
        else { return 0 }
        return pages * UInt64(max(0, sysconf(CInt(_SC_PAGESIZE))))
    }
}
