import Addresses
import Glibc

extension Origin {
    /// This host, now, to a millisecond.
    package static func here(networkNamespace: String?) -> Origin {
        var system = utsname()
        uname(&system)
        return Origin(
            takenAt: now, host: text(system.nodename), kernelRelease: text(system.release),
            networkNamespace: networkNamespace)
    }

    private static var now: Moment {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        let milliseconds = UInt64(max(0, now.tv_sec)) * 1000 + UInt64(max(0, now.tv_nsec)) / 1_000_000
        return Moment(nanoseconds: milliseconds * 1_000_000)
    }

    private static func text(_ field: some Any) -> String {
        withUnsafeBytes(of: field) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
}
