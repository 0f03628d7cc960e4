import Addresses
import Foundation
import TestSupport
import Testing

@Suite("Timestamps in RFC 3339 format")
struct MomentTests {
    private static func moment(_ milliseconds: UInt64) -> Moment { Moment(nanoseconds: milliseconds * 1_000_000) }

    @Test("They are formatted as Foundation formats them, and parse back, for any day from 1970 to 2553")
    func likeFoundation() {
        let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        var generator = SeededGenerator(seed: 7)
        let edges: [UInt64] = [0, 1, 951_782_399_999, 951_782_400_000, 951_868_800_000, 4_107_542_400_000]
        let latest: UInt64 = 18_429_292_799_000
        let others = (0..<5000).map { _ in UInt64.random(in: 0...latest, using: &generator) }
        for milliseconds in edges + [latest] + others {
            let moment = Self.moment(milliseconds)
            let date = Date(timeIntervalSince1970: Double(milliseconds / 1000))
            let seconds = date.formatted(style).dropLast(4)
            let text = "\(seconds)\(String(format: "%03d", Int(milliseconds % 1000)))Z"
            #expect(moment.rfc3339 == text)
            #expect(Moment(rfc3339: text) == moment)
        }
    }

    @Test(
        "Formatting",
        arguments: [
            (1_795_406_400_123_456_789, "2026-11-23T04:00:00.123456Z"),
            (1_795_406_400_123_000_999, "2026-11-23T04:00:00.123Z"),
            (1_795_406_400_000_000_000, "2026-11-23T04:00:00.000Z"), (0, "1970-01-01T00:00:00.000Z"),
        ] as [(UInt64, String)])
    func written(_ nanoseconds: UInt64, _ text: String) {
        #expect(Moment(nanoseconds: nanoseconds).rfc3339 == text)
    }

    @Test(
        "Parsing",
        arguments: [
            ("2026-11-23T04:00:00Z", 1_795_406_400_000_000_000), ("2026-11-23t04:00:00z", 1_795_406_400_000_000_000),
            ("2026-11-23T05:30:00+01:30", 1_795_406_400_000_000_000),
            ("2026-11-22T23:00:00-05:00", 1_795_406_400_000_000_000),
            ("2026-11-23T04:00:00.5Z", 1_795_406_400_500_000_000),
            ("2026-11-23T04:00:00.1234567891234Z", 1_795_406_400_123_456_789),
            ("2024-02-29T00:00:00.000Z", 1_709_164_800_000_000_000),
        ] as [(String, UInt64)])
    func read(_ text: String, _ nanoseconds: UInt64) {
        #expect(Moment(rfc3339: text)?.nanoseconds == nanoseconds)
    }

    @Test(
        "Invalid timestamps are rejected",
        arguments: [
            "", "yesterday", "2026-11-23", "2026-11-23T04:00:00", "2026-11-23 04:00:00Z", "2026-13-01T00:00:00Z",
            "2026-02-29T00:00:00Z", "2026-02-29T00:00:00+01:00", "2026-11-23T24:00:00Z", "2026-11-23T04:60:00Z",
            "2026-11-23T04:00:00.Z", "2026-11-23T04:00:00ZZ", "2026-11-23T04:00:00+1:00", "2026-11-23T04:00:00+01:60",
            "1969-12-31T23:59:59Z", "1970-01-01T00:00:00+00:01", "9999-12-31T23:59:59Z", "2554-01-01T00:00:00Z",
            "+026-11-23T04:00:00Z", "2026-11\r23T04:00:00Z", "２０２６-11-23T04:00:00Z",
        ])
    func noTime(_ text: String) { #expect(Moment(rfc3339: text) == nil) }

    @Test("Random text never crashes the parser, and whatever parses round-trips")
    func anyText() {
        var generator = SeededGenerator(seed: 11)
        let good = Array("2026-11-23T04:00:00.123456Z".utf8)
        for _ in 0..<20_000 {
            var bytes = good
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                bytes[Int.random(in: bytes.indices, using: &generator)] = .random(in: 0...255, using: &generator)
            }
            bytes = Array(bytes.prefix(Int.random(in: 0...bytes.count + 9, using: &generator)))
            guard let moment = Moment(rfc3339: String(decoding: bytes, as: UTF8.self)) else { continue }
            let whole = Moment(nanoseconds: moment.nanoseconds / 1000 * 1000)
            #expect(Moment(rfc3339: moment.rfc3339) == whole)
        }
    }
}
