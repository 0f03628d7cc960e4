/// CRC-32 as computed by gzip, zip and `python3 -c 'import zlib'` (ISO 3309): enough to detect a damaged copy.
package struct CRC32: Equatable {
    private var register: UInt32 = 0xFFFF_FFFF

    package init() {}

    package var value: UInt32 { ~register }

    /// Eight digits, as crc32(1) prints a sum.
    package static func digits(of value: UInt32) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 8 - digits.count) + digits
    }

    /// Eight tables of 256: the remainder of each byte with none to seven bytes after it, so that eight bytes are processed at a time
    /// ("slicing by 8", Kounavis and Berry 2005).
    private static let tables: [UInt32] = {
        var tables: [UInt32] = (0..<256).map { (byte: UInt32) -> UInt32 in
            (0..<8).reduce(byte) { value, _ in value & 1 == 0 ? value >> 1 : value >> 1 ^ 0xEDB8_8320 }
        }
        for index in 0..<7 * 256 {
            let before = tables[index]
            tables.append(before >> 8 ^ tables[Int(before & 0xFF)])
        }
        return tables
    }()

    package mutating func take(_ bytes: RawSpan) {
        var value = register
        Self.tables.withUnsafeBufferPointer { tables in
            var offset = 0
            while offset + 8 <= bytes.byteCount {
                let word = bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self)
                let bytesLeft = UInt64(littleEndian: word) ^ UInt64(value)
                value = 0
                for index in 0..<8 {
                    let byte = Int(bytesLeft >> UInt64(8 * index) & 0xFF)
                    value ^= tables[(7 - index) * 256 + byte]
                }
                offset += 8
            }
            while offset < bytes.byteCount {
                let byte = bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt8.self)
                value = value >> 8 ^ tables[Int(UInt8(truncatingIfNeeded: value) ^ byte)]
                offset += 1
            }
        }
        register = value
    }
}
