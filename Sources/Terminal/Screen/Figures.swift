import Addresses
import Inspection
import Reports

/// Numbers in the short form needed on a screen.
enum Figures {
    /// `999`, `12.3k`, `4.5M`; rates under ten with one decimal.
    static func rate(_ value: Double) -> String {
        if value > 0, value < 9.95 { return decimal(value) }
        return value < 9_999.5 ? "\(Int(value.rounded()))" : scaled(value)
    }

    /// `12345.6`: a rate with all of its digits, for details.
    static func fullRate(_ value: Double) -> String { decimal(max(0, min(value, 1e15))) }

    /// Exact up to four digits, then as short as a rate.
    static func count(_ value: UInt64) -> String { value < 10_000 ? "\(value)" : scaled(Double(value)) }

    /// `0:01:56`, `119:59:56`: hours, minutes, seconds.
    static func clock(_ seconds: UInt32) -> String {
        func two(_ number: UInt32) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(seconds / 3600):\(two(seconds / 60 % 60)):\(two(seconds % 60))"
    }

    /// `12:34:56`, or `2026-11-27` if that was more than a day before `now`.
    static func start(_ moment: Moment, now: Moment, clocksAhead offset: Int) -> String {
        let local = Moment(
            nanoseconds: UInt64(max(0, Int64(clamping: moment.nanoseconds) + Int64(offset) * 1_000_000_000)))
        let isRecent = now.seconds < moment.seconds + 86_400
        return String(isRecent ? moment.clockText(ahead: offset).prefix(8) : local.rfc3339.prefix(10))
    }

    private static func scaled(_ value: Double) -> String {
        var (rest, unit) = (value / 1000, "k")
        for next in ["M", "G", "T"] where rest >= 999.95 { (rest, unit) = (rest / 1000, next) }
        return decimal(rest) + unit
    }

    private static func decimal(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }

    /// `12 ms`, `1.5 s`.
    static func time(_ duration: Duration) -> String {
        let milliseconds = duration.milliseconds
        return milliseconds < 1000 ? "\(milliseconds) ms" : decimal(Double(milliseconds) / 1000) + " s"
    }

    /// `12.3 %`
    static func percent(_ share: Double) -> String { decimal(share * 100) + " %" }

    /// `1 flow`, `2 flows`.
    static func number(_ count: some BinaryInteger, _ one: String, _ many: String? = nil) -> String {
        "\(count) \(count == 1 ? one : many ?? one + "s")"
    }
}
