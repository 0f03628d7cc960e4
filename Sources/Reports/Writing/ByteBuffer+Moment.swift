import Conntrack

/// Time as text, without a calendar library.
extension ByteBuffer {
    /// RFC 3339 in UTC with microseconds: `2026-11-23T04:00:00.123456Z`.
    mutating func append(_ moment: Moment) {
        let seconds = moment.seconds
        append(civilDay: Int(seconds / 86_400))
        append(byte: UInt8(ascii: "T"))
        append(timeOfDay: seconds % 86_400, nanoseconds: moment.nanoseconds % 1_000_000_000)
        append(byte: UInt8(ascii: "Z"))
    }

    /// `04:00:00.123456`, on clocks that are `offset` seconds ahead of UTC.
    mutating func append(clockOf moment: Moment, offset: Int) {
        let seconds = (Int(moment.seconds) + offset) % 86_400
        append(timeOfDay: UInt64((seconds + 86_400) % 86_400), nanoseconds: moment.nanoseconds % 1_000_000_000)
    }

    private mutating func append(timeOfDay seconds: UInt64, nanoseconds: UInt64) {
        append(twoDigits: seconds / 3600)
        append(byte: UInt8(ascii: ":"))
        append(twoDigits: seconds / 60 % 60)
        append(byte: UInt8(ascii: ":"))
        append(twoDigits: seconds % 60)
        append(byte: UInt8(ascii: "."))
        for divisor: UInt64 in [10_000_000, 100_000, 1000] { append(twoDigits: nanoseconds / divisor % 100) }
    }

    /// The Gregorian date of a day since 1970, by the cycle of 400 years (146,097 days) that it repeats in, begun on a first of March,
    /// so that the leap day is a year's last.
    private mutating func append(civilDay day: Int) {
        let sinceMarch = day + 719_468
        let (cycle, dayOfCycle) = sinceMarch.quotientAndRemainder(dividingBy: 146_097)
        let yearOfCycle = (dayOfCycle - dayOfCycle / 1460 + dayOfCycle / 36_524 - dayOfCycle / 146_096) / 365
        let dayOfYear = dayOfCycle - (365 * yearOfCycle + yearOfCycle / 4 - yearOfCycle / 100)
        let month = (5 * dayOfYear + 2) / 153
        let isAfterDecember = month >= 10
        append(decimal: cycle * 400 + yearOfCycle + (isAfterDecember ? 1 : 0))
        append(byte: UInt8(ascii: "-"))
        append(twoDigits: UInt64(isAfterDecember ? month - 9 : month + 3))
        append(byte: UInt8(ascii: "-"))
        append(twoDigits: UInt64(dayOfYear - (153 * month + 2) / 5 + 1))
    }

    private mutating func append(twoDigits number: UInt64) {
        append(byte: UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number / 10 % 10))
        append(byte: UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number % 10))
    }
}

extension JSONWriter {
    mutating func member(_ name: StaticString, _ time: Moment) {
        key(name)
        quoted { $0.append(time) }
    }
}

extension Moment {
    /// RFC 3339 in UTC.
    package var text: String { String(writing: 32) { $0.append(self) } }

    /// `04:00:00.123456`, on clocks that are `offset` seconds ahead of UTC.
    package func clockText(ahead offset: Int) -> String {
        String(writing: 32) { $0.append(clockOf: self, offset: offset) }
    }
}
