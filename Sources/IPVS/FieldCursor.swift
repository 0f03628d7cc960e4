import Addresses
import Netlink

/// Walks over the blank-separated fields of a row, without copying them.
struct FieldCursor: ~Escapable {
    private let bytes: RawSpan
    private var offset: Int
    private let end: Int

    @_lifetime(copy bytes)
    init(_ bytes: RawSpan, _ range: Range<Int>) {
        self.bytes = bytes
        offset = range.lowerBound
        end = min(range.upperBound, bytes.byteCount)
    }

    @inline(__always)
    private func byte(_ offset: Int) -> UInt8 {
        offset < end ? bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt8.self) : 0
    }

    /// The next field; empty at the end of the row.
    private mutating func field() -> Range<Int> {
        while offset < end, byte(offset) == UInt8(ascii: " ") { offset += 1 }
        let start = offset
        while offset < end, byte(offset) != UInt8(ascii: " ") { offset += 1 }
        return start..<offset
    }

    mutating func text() -> String { bytes.text(field()) }

    /// Skips the next field if it is this text; else does not move.
    mutating func isNext(_ text: String) -> Bool {
        var position = offset
        while byte(position) == UInt8(ascii: " ") { position += 1 }
        for character in text.utf8 {
            guard byte(position) == character else { return false }
            position += 1
        }
        guard position >= end || byte(position) == UInt8(ascii: " ") else { return false }
        offset = min(position, end)
        return true
    }

    /// The same for a word that is compared again and again.
    mutating func isNext(_ word: Word) -> Bool {
        var position = offset
        while byte(position) == UInt8(ascii: " ") { position += 1 }
        guard position + 16 <= bytes.byteCount else { return isNext(word.text) }
        let low = bytes.unsafeLoadUnaligned(fromByteOffset: position, as: UInt64.self)
        let high = bytes.unsafeLoadUnaligned(fromByteOffset: position + 8, as: UInt64.self)
        let after = position + word.count
        guard low & word.mask.low == word.bytes.low, high & word.mask.high == word.bytes.high,
            after >= end || byte(after) == UInt8(ascii: " ")
        else { return false }
        offset = min(after, end)
        return true
    }

    /// A word of at most sixteen bytes, to be compared eight at a time.
    struct Word {
        static let longest = 16
        let text: String
        let count: Int
        fileprivate let bytes: (low: UInt64, high: UInt64)
        fileprivate let mask: (low: UInt64, high: UInt64)

        init(_ text: String) {
            self.text = text
            let characters = Array(text.utf8.prefix(Self.longest))
            count = characters.count
            func load(_ bytes: [UInt8]) -> (UInt64, UInt64) {
                (bytes + [UInt8](repeating: 0, count: 16 - bytes.count)).withUnsafeBytes {
                    ($0.loadUnaligned(as: UInt64.self), $0.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
                }
            }
            bytes = load(characters)
            mask = load([UInt8](repeating: .max, count: count))
        }
    }

    /// Whether only blanks are left in the row.
    var isAtEnd: Bool {
        var position = offset
        while byte(position) == UInt8(ascii: " ") { position += 1 }
        return position >= end
    }

    /// The rest of the row.
    mutating func rest() -> String {
        while offset < end, byte(offset) == UInt8(ascii: " ") { offset += 1 }
        defer { offset = end }
        return bytes.text(offset..<end)
    }

    mutating func decimal() -> UInt32? {
        let range = field()
        guard !range.isEmpty else { return nil }
        var number: UInt32 = 0
        for offset in range {
            let digit = byte(offset)
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
            let (tens, overflow) = number.multipliedReportingOverflow(by: 10)
            let (sum, carry) = tens.addingReportingOverflow(UInt32(digit - UInt8(ascii: "0")))
            // Older kernels print an overdue value as a negative number converted to unsigned.
            if overflow || carry { return 0 }
            number = sum
        }
        return number
    }

    /// An address and a port, both hexadecimal.
    mutating func endpoint() -> Endpoint? {
        guard let address = address(), let port = hexadecimal(field()), port <= UInt16.max else { return nil }
        return Endpoint(address, UInt16(port))
    }

    /// `0A000064`, or `2001:0db8:0000:0000:0000:0000:0000:0001`.
    private mutating func address() -> IPAddress? {
        let range = field()
        if range.count == 8 { return hexadecimal(range).map { IPAddress(ipv4: UInt32($0)) } }
        guard range.count == 39 else { return nil }
        var halves: (high: UInt64, low: UInt64) = (0, 0)
        for group in 0..<8 {
            let start = range.lowerBound + group * 5
            guard group == 7 || byte(start + 4) == UInt8(ascii: ":"), let value = hexadecimal(start..<start + 4) else {
                return nil
            }
            if group < 4 { halves.high = halves.high << 16 | value } else { halves.low = halves.low << 16 | value }
        }
        return IPAddress(ipv6High: halves.high, low: halves.low)
    }

    /// One to sixteen digits; the kernel writes four or eight.
    private func hexadecimal(_ range: Range<Int>) -> UInt64? {
        guard range.upperBound <= end else { return nil }
        switch range.count {
        case 8: return HexadecimalWord(bytes.bigEndianWord(at: range.lowerBound)).value
        case 4: return HexadecimalWord(lower: bytes.bigEndianHalf(at: range.lowerBound)).value
        case 1...16: break
        default: return nil
        }
        var number: UInt64 = 0
        for offset in range {
            guard let digit = HexadecimalWord(lower: 0x3030_3000 | UInt32(byte(offset))).value else { return nil }
            number = number << 4 | digit
        }
        return number
    }
}

extension RawSpan {
    fileprivate func bigEndianWord(at offset: Int) -> UInt64 {
        UInt64(bigEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }

    fileprivate func bigEndianHalf(at offset: Int) -> UInt32 {
        UInt32(bigEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self))
    }
}

/// Eight hexadecimal digits as characters, the first in the highest byte: parsed at once, as a million rows have 36 of them each.
struct HexadecimalWord {
    private let characters: UInt64

    init(_ characters: UInt64) { self.characters = characters }

    /// Four digits, preceded by zeros.
    init(lower: UInt32) { characters = 0x3030_3030 << 32 | UInt64(lower) }

    /// The number; nil if a character is not a digit. Both cases are accepted.
    var value: UInt64? {
        let ones: UInt64 = 0x0101_0101_0101_0101
        // The lower half of a letter counts from one: A is 0x41. Bit 6 distinguishes letters from digits.
        let digits = characters & (0x0F * ones) &+ 9 &* (characters >> 6 & ones)
        // Converting the digits back must give the input.
        let letters = (digits &+ 6 * ones) >> 4 & ones
        let upperCase = characters & ~(characters >> 1 & (0x20 * ones))
        guard digits & (0xF0 * ones) == 0, digits &+ 0x30 * ones &+ 7 &* letters == upperCase else { return nil }
        var number = (digits | digits >> 4) & 0x00FF_00FF_00FF_00FF
        number = (number | number >> 8) & 0x0000_FFFF_0000_FFFF
        return (number | number >> 16) & 0xFFFF_FFFF
    }
}
