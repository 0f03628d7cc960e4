import Glibc
import Inspection
import Netlink

/// Measures what this program costs: CPU time since the last call, and memory.
struct CostMeter {
    private var last: (usage: rusage, moment: ContinuousClock.Instant)?

    mutating func measure() -> OwnCost {
        var usage = rusage()
        getrusage(RUSAGE_SELF.rawValue, &usage)
        let now = ContinuousClock.now
        defer { last = (usage, now) }
        var cost = OwnCost(user: 0, system: 0, resident: Self.resident)
        if let last {
            let span = max((now - last.moment) / .seconds(1), 0.001)
            cost.user = (Self.seconds(usage.ru_utime) - Self.seconds(last.usage.ru_utime)) / span
            cost.system = (Self.seconds(usage.ru_stime) - Self.seconds(last.usage.ru_stime)) / span
        }
        return cost
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
