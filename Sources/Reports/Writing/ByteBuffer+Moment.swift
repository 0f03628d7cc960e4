import Addresses
import Conntrack

/// Time as text, without a calendar library.
extension ByteBuffer {
    /// RFC 3339 in UTC with microseconds: `2026-11-23T04:00:00.123456Z`.
    mutating func append(_ moment: Moment) {
        let seconds = moment.seconds
        append(date: moment.date)
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

    private mutating func append(date: (year: Int, month: Int, day: Int)) {
        append(decimal: date.year)
        append(byte: UInt8(ascii: "-"))
        append(twoDigits: UInt64(date.month))
        append(byte: UInt8(ascii: "-"))
        append(twoDigits: UInt64(date.day))
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
