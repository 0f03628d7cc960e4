import Netlink
import TestSupport
import Testing

struct MessageCursorTests {
    static func walk(_ datagram: [UInt8]) throws(DecodeError) -> [Message] {
        var cursor = MessageCursor()
        var found: [Message] = []
        while let message = try cursor.next(in: datagram.span.bytes) { found.append(message) }
        return found
    }

    static let twoMessages = hexadecimal(
        """
        15 00 00 00 00 01 12 00 07 00 00 00 39 30 00 00  # 21 bytes, type 0x100, MULTI and DUMP_INTR, sequence 7
        02 00 00 00 ff 00 00 00                          # five bytes, three of padding
        14 00 00 00 03 00 02 00 08 00 00 00 39 30 00 00  # 20 bytes, NLMSG_DONE, MULTI, sequence 8
        00 00 00 00
        """)

    @Test func walksOverPaddedMessages() throws {
        let found = try Self.walk(Self.twoMessages)
        #expect(found.map(\.type) == [0x100, 3])
        #expect(found.map(\.flags) == [0x12, 0x02])
        #expect(found.map(\.sequence) == [7, 8])
        #expect(found.map(\.payload) == [16..<21, 40..<44])
        #expect(found.map(\.isInterrupted) == [true, false])
    }

    @Test(arguments: [0, 15] as [UInt8]) func refusesALengthBelowTheHeader(length: UInt8) {
        #expect(throws: DecodeError("message", "its length is \(length) with 44 bytes left", at: 0)) {
            try Self.walk([length] + Self.twoMessages.dropFirst())
        }
    }

    @Test func refusesALengthPastTheEnd() {
        #expect(throws: DecodeError("message", "its length is 20 with 19 bytes left", at: 24)) {
            try Self.walk(Self.twoMessages.dropLast())
        }
    }

    @Test(arguments: 1...15) func refusesAPieceOfAHeader(count: Int) {
        #expect(throws: DecodeError("message header", "only \(count) bytes left", at: 24)) {
            try Self.walk(Array(Self.twoMessages.prefix(24 + count)))
        }
    }

    @Test func theLastMessageMayLackItsPadding() throws {
        #expect(try Self.walk(Array(Self.twoMessages.prefix(21))).map(\.payload) == [16..<21])
    }

    @Test func aFamilyHeaderIsPaddedToo() throws {
        let message = try #require(try Self.walk(Self.twoMessages).first)
        #expect(try message.attributes(after: 4) == 20..<21)
        #expect(try message.attributes(after: 5) == 21..<21)
        #expect(throws: DecodeError.self) { try message.attributes(after: 6) }
    }

    @Test func nothingComesAfterAnError() throws {
        let datagram = [0] + Self.twoMessages.dropFirst()
        var cursor = MessageCursor()
        #expect(throws: DecodeError.self) { try cursor.next(in: datagram.span.bytes) }
        #expect(try cursor.next(in: datagram.span.bytes) == nil)
    }

    @Test func anyBytesEndTheWalkMovingForward() throws {
        let seed = UInt64.random(in: .min ... .max)
        var generator = SeededGenerator(seed: seed)
        for round in 0..<20_000 {
            var datagram = generator.bytes(.random(in: 0...128, using: &generator))
            for offset in stride(from: 0, to: datagram.count - 3, by: 4) where Bool.random(using: &generator) {
                datagram.replaceSubrange(offset..<offset + 4, with: [.random(in: 0...40, using: &generator), 0, 0, 0])
            }
            var cursor = MessageCursor()
            var reached = 0
            while let message = try? cursor.next(in: datagram.span.bytes) {
                try #require(message.payload.lowerBound >= reached + 16, "seed \(seed), round \(round)")
                try #require(message.payload.upperBound <= datagram.count, "seed \(seed), round \(round)")
                reached = message.payload.upperBound
            }
        }
    }
}
