import Netlink
import TestSupport
import Testing

struct BytesTests {
    static let bytes = hexadecimal("01 02 03 04 05 06 07 08 09")

    @Test func byteOrderBelongsToTheAccessor() throws {
        let span = Self.bytes.span.bytes
        #expect(try span.host(UInt8.self, at: 0) == 1)
        #expect(try span.host(UInt16.self, at: 1) == UInt16(littleEndian: 0x0302))
        #expect(try span.host(UInt64.self, at: 1) == UInt64(littleEndian: 0x0908_0706_0504_0302))
        #expect(try span.bigEndian(UInt16.self, at: 1) == 0x0203)
        #expect(try span.bigEndian(UInt32.self, at: 3) == 0x0405_0607)
        #expect(try span.bigEndian(UInt64.self, at: 0) == 0x0102_0304_0506_0708)
    }

    @Test(arguments: [-1, 2, 9, Int.max, Int.min]) func aNumberThatReachesOutIsAnError(offset: Int) {
        #expect(throws: DecodeError("8-byte number", "only 9 bytes are there", at: offset)) {
            try Self.bytes.span.bytes.host(UInt64.self, at: offset)
        }
    }

    @Test func theLastByteIsInAndTheNextIsOut() throws {
        #expect(try Self.bytes.span.bytes.host(UInt8.self, at: 8) == 9)
        #expect(throws: DecodeError.self) { try Self.bytes.span.bytes.host(UInt8.self, at: 9) }
        let nothing: [UInt8] = []
        #expect(throws: DecodeError.self) { try nothing.span.bytes.host(UInt8.self, at: 0) }
    }

    @Test func anAttributeOfAnotherSizeHasNoValue() {
        let span = Self.bytes.span.bytes
        let four = Attribute(type: 1, payload: 4..<8)
        #expect(span.bigEndian(four, as: UInt32.self) == 0x0506_0708)
        #expect(span.host(four, as: UInt16.self) == nil)
        #expect(span.host(four, as: UInt64.self) == nil)
        #expect(span.host(Attribute(type: 1, payload: 7..<11), as: UInt32.self) == nil)
    }

    @Test func copiesAreClamped() {
        #expect(Self.bytes.span.bytes.copy(7..<20) == [8, 9])
        #expect(Self.bytes.span.bytes.copy(20..<30) == [])
    }

    @Test func textEndsAtItsNUL() {
        let text = Array("lo\0eth0".utf8) + [0xFF]
        #expect(text.span.bytes.text(0..<text.count) == "lo")
        #expect(text.span.bytes.text(3..<text.count) == "eth0\u{FFFD}")
        #expect(text.span.bytes.text(2..<2) == "")
    }
}
