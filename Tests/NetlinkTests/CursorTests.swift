import Netlink
import TestSupport
import Testing

struct AttributeCursorTests {
    /// Everything found by a walk, as `type: first..<last` of the payload.
    static func walk(_ bytes: [UInt8], _ range: Range<Int>? = nil) throws(DecodeError) -> [Attribute] {
        var cursor = AttributeCursor(range ?? 0..<bytes.count)
        var found: [Attribute] = []
        while let attribute = try cursor.next(in: bytes.span.bytes) { found.append(attribute) }
        return found
    }

    @Test func walksOverPaddedAttributes() throws {
        let bytes = hexadecimal(
            """
            05 00 01 00 aa 00 00 00  # 5 bytes of type 1, three bytes of padding
            06 00 02 00 bb bb 00 00  # 6 bytes of type 2, two bytes of padding
            07 00 03 00 cc cc cc 00  # 7 bytes of type 3, one byte of padding
            04 00 04 00              # nothing in it
            08 00 05 00 dd dd dd dd  # to the very end
            """)
        let expected: [(UInt16, Range<Int>)] = [(1, 4..<5), (2, 12..<14), (3, 20..<23), (4, 28..<28), (5, 32..<36)]
        #expect(try Self.walk(bytes) == expected.map { Attribute(type: $0.0, payload: $0.1) })
    }

    @Test("Lengths shorter than the four-byte header are rejected", arguments: 0...3 as ClosedRange<UInt8>)
    func refusesLengthsThatWouldNotMoveForward(length: UInt8) {
        #expect(throws: DecodeError("attribute", "its length is \(length) with 8 bytes left", at: 4)) {
            try Self.walk(hexadecimal("04 00 01 00") + [length, 0, 1, 0, 0, 0, 0, 0])
        }
    }

    @Test(arguments: [[0x09, 0x00], [0xFF, 0xFF]] as [[UInt8]])
    func refusesALengthPastTheEnd(length: [UInt8]) {
        #expect(throws: DecodeError.self) { try Self.walk(length + [1, 0, 0xAA, 0xAA, 0xAA, 0xAA]) }
    }

    @Test("The last attribute may lack its padding", arguments: 1...3)
    func endsWithoutPadding(payload: Int) throws {
        let bytes = [UInt8(4 + payload), 0, 7, 0] + [UInt8](repeating: 0xAA, count: payload)
        #expect(try Self.walk(bytes) == [Attribute(type: 7, payload: 4..<4 + payload)])
    }

    @Test("Fewer bytes than a header count as padding", arguments: 1...3)
    func ignoresBytesLeftOver(count: Int) throws {
        let bytes = hexadecimal("04 00 07 00") + [UInt8](repeating: 0xFF, count: count)
        #expect(try Self.walk(bytes) == [Attribute(type: 7, payload: 4..<4)])
    }

    @Test func masksTheFlagsOfTheType() throws {
        // NLA_F_NESTED is 0x8000, NLA_F_NET_BYTEORDER 0x4000.
        #expect(try Self.walk(hexadecimal("04 00 01 80  04 00 02 40  04 00 ff ff")).map(\.type) == [1, 2, 0x3FFF])
    }

    @Test func staysInsideTheNest() throws {
        let bytes = hexadecimal("0c 00 01 80  08 00 02 00 01 02 03 04  08 00 03 00 05 06 07 08")
        let nest = try #require(try Self.walk(bytes).first)
        #expect(try Self.walk(bytes, nest.payload) == [Attribute(type: 2, payload: 8..<12)])
    }

    @Test func aNestThatReachesOutIsAnError() throws {
        let bytes = hexadecimal("0c 00 01 80  09 00 02 00 01 02 03 04  08 00 03 00 05 06 07 08")
        let nest = try #require(try Self.walk(bytes).first)
        #expect(throws: DecodeError.self) { try Self.walk(bytes, nest.payload) }
    }

    @Test func nothingComesAfterAnError() throws {
        let bytes = hexadecimal("00 00 01 00  04 00 02 00")
        var cursor = AttributeCursor(0..<bytes.count)
        #expect(throws: DecodeError.self) { try cursor.next(in: bytes.span.bytes) }
        #expect(try cursor.next(in: bytes.span.bytes) == nil)
    }

    @Test func aRangePastTheBytesIsAnError() {
        #expect(throws: DecodeError.self) { try Self.walk(hexadecimal("04 00 01 00"), 4..<20) }
    }

    /// Lengths are small, so that many walks get far before they fail.
    @Test func anyBytesEndTheWalkMovingForward() throws {
        let seed = UInt64.random(in: .min ... .max)
        var generator = SeededGenerator(seed: seed)
        for round in 0..<20_000 {
            var bytes = generator.bytes(.random(in: 0...96, using: &generator))
            for offset in stride(from: 0, to: bytes.count - 1, by: 4) where Bool.random(using: &generator) {
                bytes[offset] = .random(in: 0...12, using: &generator)
                bytes[offset + 1] = 0
            }
            var cursor = AttributeCursor(0..<bytes.count)
            var reached = 0
            while let attribute = try? cursor.next(in: bytes.span.bytes) {
                try #require(attribute.payload.lowerBound >= reached + 4, "seed \(seed), round \(round)")
                try #require(attribute.payload.upperBound <= bytes.count, "seed \(seed), round \(round)")
                reached = attribute.payload.upperBound
            }
        }
    }
}
