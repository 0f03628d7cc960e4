/// A wall clock time.
package struct Moment: Hashable, Sendable {
    /// Since 1970, UTC.
    package var nanoseconds: UInt64

    /// Whole seconds since 1970, UTC.
    package var seconds: UInt64 { nanoseconds / 1_000_000_000 }

    package init(nanoseconds: UInt64) { self.nanoseconds = nanoseconds }

    /// - Parameter second: since 1970, UTC.
    package init(second: UInt32) { self.init(nanoseconds: UInt64(second) * 1_000_000_000) }

    /// The year, month and day of the Gregorian calendar, in UTC.
    ///
    /// Uses the calendar's cycle of 400 years (146,097 days), starting on March 1, so that the leap day is the last day of a year.
    package var date: (year: Int, month: Int, day: Int) {
        let sinceMarch = Int(seconds / 86_400) + Self.daysFromMarch0To1970
        let (cycle, dayOfCycle) = sinceMarch.quotientAndRemainder(dividingBy: 146_097)
        let yearOfCycle = (dayOfCycle - dayOfCycle / 1460 + dayOfCycle / 36_524 - dayOfCycle / 146_096) / 365
        let dayOfYear = dayOfCycle - (365 * yearOfCycle + yearOfCycle / 4 - yearOfCycle / 100)
        let month = (5 * dayOfYear + 2) / 153
        let isAfterDecember = month >= 10
        return (
            cycle * 400 + yearOfCycle + (isAfterDecember ? 1 : 0), isAfterDecember ? month - 9 : month + 3,
            dayOfYear - (153 * month + 2) / 5 + 1
        )
    }

    /// Days from March 1 of the year 0.
    private static let daysFromMarch0To1970 = 719_468
}

/// As RFC 3339 writes it.
extension Moment {
    /// In UTC, with milliseconds, or microseconds if it is more precise than that: `2026-11-23T04:00:00.123Z`.
    package var rfc3339: String {
        func digits(_ number: some BinaryInteger, _ width: Int) -> String {
            let text = String(number)
            return String(repeating: "0", count: max(0, width - text.count)) + text
        }
        let microseconds = nanoseconds / 1000 % 1_000_000
        let fraction =
            microseconds.isMultiple(of: 1000) ? digits(microseconds / 1000, 3) : digits(microseconds, 6)
        let (time, date) = (seconds % 86_400, date)
        let day = [digits(date.year, 4), digits(date.month, 2), digits(date.day, 2)].joined(separator: "-")
        let clock = [time / 3600, time / 60 % 60, time % 60].map { digits($0, 2) }.joined(separator: ":")
        return "\(day)T\(clock).\(fraction)Z"
    }

    /// Reads `2026-11-23T04:00:00.123Z`, with or without a fraction, in UTC or with an offset (`+01:00`). Nil if it is not such a time, is
    /// before 1970 or after 2553, or is a leap second, which the kernel's clock does not have.
    package init?(rfc3339 text: String) {
        var rest = Array(text.utf8)[...]
        func number(_ count: Int, after separators: String = "") -> Int? {
            if !separators.isEmpty {
                guard let first = rest.popFirst(), separators.utf8.contains(first) else { return nil }
            }
            return Self.digits(&rest, count)
        }
        guard let year = number(4), let month = number(2, after: "-"), let day = number(2, after: "-"),
            let hour = number(2, after: "Tt"), let minute = number(2, after: ":"), let second = number(2, after: ":"),
            (1970...2553).contains(year), (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60,
            second < 60, let fraction = Self.fraction(&rest), let offset = Self.offset(rest)
        else { return nil }
        let midnight = Self.days(year, month, day) * 86_400
        // A day that the month does not have comes back as a day of another month.
        guard Moment(nanoseconds: UInt64(midnight) * 1_000_000_000).date == (year, month, day) else { return nil }
        let since = midnight + hour * 3600 + minute * 60 + second - offset
        guard since >= 0 else { return nil }
        self.init(nanoseconds: UInt64(since) * 1_000_000_000 + fraction)
    }

    /// The number of so many digits, which it passes; nil if there are fewer.
    private static func digits(_ rest: inout ArraySlice<UInt8>, _ count: Int) -> Int? {
        var number = 0
        for _ in 0..<count {
            guard let digit = rest.popFirst(), isDigit(digit) else { return nil }
            number = number * 10 + Int(digit - UInt8(ascii: "0"))
        }
        return number
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }

    /// `.123`, in nanoseconds; 0 if there is none.
    private static func fraction(_ rest: inout ArraySlice<UInt8>) -> UInt64? {
        guard rest.first == UInt8(ascii: ".") else { return 0 }
        rest = rest.dropFirst()
        guard let first = rest.first, isDigit(first) else { return nil }
        var (nanoseconds, unit) = (UInt64(0), UInt64(100_000_000))
        // What is smaller than a nanosecond is passed.
        while let digit = rest.first, isDigit(digit) {
            nanoseconds += UInt64(digit - UInt8(ascii: "0")) * unit
            unit /= 10
            rest = rest.dropFirst()
        }
        return nanoseconds
    }

    /// `Z`, `+01:00` or `-01:00`, in seconds ahead of UTC.
    private static func offset(_ rest: ArraySlice<UInt8>) -> Int? {
        if rest.count == 1, rest.first == UInt8(ascii: "Z") || rest.first == UInt8(ascii: "z") { return 0 }
        let text = String(decoding: rest, as: UTF8.self)
        let parts = text.dropFirst().split(separator: ":", omittingEmptySubsequences: false)
        guard let sign = ["+": 1, "-": -1][text.prefix(1)], parts.count == 2, parts.allSatisfy({ $0.utf8.count == 2 }),
            let hours = parts.first.flatMap({ Int(digits: $0) }), let minutes = parts.last.flatMap({ Int(digits: $0) }),
            hours < 24, minutes < 60
        else { return nil }
        return sign * (hours * 3600 + minutes * 60)
    }

    /// Days since 1970 of a date of the Gregorian calendar: the inverse of `date`.
    private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let marchYear = month > 2 ? year : year - 1
        let monthSinceMarch = month > 2 ? month - 3 : month + 9
        let dayOfYear = (153 * monthSinceMarch + 2) / 5 + day - 1
        return marchYear * 365 + marchYear / 4 - marchYear / 100 + marchYear / 400 + dayOfYear - daysFromMarch0To1970
    }
}

extension Duration {
    /// In whole milliseconds, rounded towards zero.
    package var milliseconds: Int64 { components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000 }

    /// `60 s`, `1500 ms`.
    package var words: String {
        milliseconds % 1000 == 0 ? "\(components.seconds) s" : "\(milliseconds) ms"
    }
}
