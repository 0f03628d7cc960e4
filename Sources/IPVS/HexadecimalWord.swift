/// Eight hexadecimal digits as characters, the first in the highest byte: read all at once, as a million rows have 36 of them each.
struct HexadecimalWord {
    private let characters: UInt64

    init(_ characters: UInt64) { self.characters = characters }

    /// Four digits; noughts stand in front.
    init(lower: UInt32) { characters = 0x3030_3030 << 32 | UInt64(lower) }

    /// The number; nil when a character is no digit. Both cases are taken.
    var value: UInt64? {
        let ones: UInt64 = 0x0101_0101_0101_0101
        // Of a letter the lower half counts from one: A is 0x41. Bit 6 tells letters from digits.
        let digits = characters & (0x0F * ones) &+ 9 &* (characters >> 6 & ones)
        // What is a digit, written again, gives what was read.
        let letters = (digits &+ 6 * ones) >> 4 & ones
        let upperCase = characters & ~(characters >> 1 & (0x20 * ones))
        guard digits & (0xF0 * ones) == 0, digits &+ 0x30 * ones &+ 7 &* letters == upperCase else { return nil }
        var number = (digits | digits >> 4) & 0x00FF_00FF_00FF_00FF
        number = (number | number >> 8) & 0x0000_FFFF_0000_FFFF
        return (number | number >> 16) & 0xFFFF_FFFF
    }
}
