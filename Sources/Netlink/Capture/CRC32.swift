/// CRC-32 as gzip, zip and `python3 -c 'import zlib'` compute it (ISO 3309): enough to tell a damaged copy from a whole one.
struct CRC32: Equatable {
    private var register: UInt32 = 0xFFFF_FFFF

    var value: UInt32 { ~register }

    private static let table: [UInt32] = (0..<256).map { byte in
        (0..<8).reduce(UInt32(byte)) { value, _ in value & 1 == 0 ? value >> 1 : value >> 1 ^ 0xEDB8_8320 }
    }

    mutating func take(_ bytes: RawSpan) {
        var value = register
        Self.table.withUnsafeBufferPointer { table in
            for offset in 0..<bytes.byteCount {
                let byte = bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt8.self)
                value = value >> 8 ^ table[Int(UInt8(truncatingIfNeeded: value) ^ byte)]
            }
        }
        register = value
    }
}
