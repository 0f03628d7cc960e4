import Addresses
import Conntrack

import func Glibc.ctime_r

extension ByteBuffer {
    mutating func appendTimes(_ times: Entry.Timestamps, _ format: ConntrackFormat) {
        if let start = times.start { append(" delta-time=", Self.age(since: start, until: times.stop, format.now)) }
        guard format.options.contains(.kernelTimes) else { return }
        if let start = times.start { appendLocalTime(" [start=", start) }
        if let stop = times.stop { appendLocalTime(" [stop=", stop) }
    }

    /// Whole seconds, each end rounded down for itself; of a start in the future what is left of it in 64 bits.
    private static func age(since start: UInt64, until stop: UInt64?, _ now: Int64) -> UInt64 {
        let end = if let stop, stop != 0 { Int64(stop / nanosecondsPerSecond) } else { now }
        return UInt64(bitPattern: end &- Int64(start / nanosecondsPerSecond))
    }

    private mutating func appendLocalTime(_ name: StaticString, _ nanoseconds: UInt64) {
        append(name)
        var seconds = Int(nanoseconds / Self.nanosecondsPerSecond)
        // ctime_r(3) writes 26 bytes at most for the years that 64 bits of nanoseconds reach.
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 26) { text in
            guard let start = text.baseAddress, ctime_r(&seconds, start) != nil else { return }
            for character in text {
                // It ends with a newline, which does not belong here.
                if character == 0 || character == 0x0A { break }
                append(byte: UInt8(bitPattern: character))
            }
        }
        append("]")
    }

    private static var nanosecondsPerSecond: UInt64 { 1_000_000_000 }
}
