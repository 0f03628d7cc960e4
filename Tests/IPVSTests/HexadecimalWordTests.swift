import Testing

@testable import IPVS

struct HexadecimalWordTests {
    private func word(_ text: String) -> UInt64 { text.utf8.reduce(0) { $0 << 8 | UInt64($1) } }

    @Test("Digits in either case", arguments: ["00000000", "0A000064", "FFFFFFFF", "deadBEEF", "9aF0fA90", "12345678"])
    func digits(_ text: String) {
        #expect(HexadecimalWord(word(text)).value == UInt64(text, radix: 16))
        #expect(HexadecimalWord(lower: UInt32(word(text) >> 32)).value == UInt64(text.prefix(4), radix: 16))
    }

    @Test("Any other byte, at any position, is rejected")
    func others() {
        for place: UInt64 in 0..<8 {
            for byte: UInt64 in 0...255 {
                let character = Character(Unicode.Scalar(UInt8(byte)))
                let isDigit = character.isASCII && character.isHexDigit
                let characters = word("5a5A5a5A") & ~(0xFF << (place * 8)) | byte << (place * 8)
                #expect((HexadecimalWord(characters).value != nil) == isDigit, "\(byte) at \(place)")
            }
        }
    }
}
