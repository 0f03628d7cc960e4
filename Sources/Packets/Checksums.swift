/// The checksum of IP, TCP, UDP and ICMP (RFC 1071).
struct InternetChecksum {
    private var sum: UInt32 = 0

    /// All pieces but the last must have an even number of bytes.
    mutating func add(_ bytes: [UInt8]) {
        for index in stride(from: 0, to: bytes.count, by: 2) {
            let low = index + 1 < bytes.count ? bytes[index + 1] : 0
            sum += UInt32(bytes[index]) << 8 | UInt32(low)
        }
    }

    var value: UInt16 {
        var folded = sum
        while folded >> 16 != 0 { folded = folded & 0xFFFF + folded >> 16 }
        return ~UInt16(folded)
    }
}

/// The checksum of SCTP (RFC 9260, appendix A): CRC-32 with the Castagnoli polynomial, lowest bit first.
enum CRC32C {
    static func of(_ bytes: [UInt8]) -> UInt32 {
        ~bytes.reduce(.max) { $0 >> 8 ^ table[Int(UInt8(truncatingIfNeeded: $0) ^ $1)] }
    }

    private static let table: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index)) { value, _ in value & 1 == 0 ? value >> 1 : value >> 1 ^ 0x82F6_3B78 }
    }
}
