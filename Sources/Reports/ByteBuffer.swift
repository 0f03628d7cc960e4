import Addresses
import Glibc

/// Text on its way out, as bytes: written in place, and handed over in pieces, so that a long output is not held as a whole.
///
/// What is a literal in the program goes in as it is; everything else is the caller's to escape.
public struct ByteBuffer: ~Copyable {
    private var base: UnsafeMutablePointer<UInt8>
    private var capacity: Int
    /// Bytes that have not been handed over yet.
    public private(set) var count = 0
    private let sink: (RawSpan) -> Void

    /// - Parameters:
    ///   - pieceSize: how many bytes are gathered before they are handed over; a single value may be longer.
    ///   - sink: gets each piece, borrowed for the call.
    public init(pieceSize: Int = 64 << 10, _ sink: @escaping (RawSpan) -> Void) {
        base = .allocate(capacity: pieceSize)
        capacity = pieceSize
        self.sink = sink
    }

    deinit { base.deallocate() }

    /// Hands over what is there.
    public mutating func flush() {
        guard count > 0 else { return }
        sink(UnsafeRawBufferPointer(start: base, count: count).bytes)
        count = 0
    }

    /// Makes sure that `room` more bytes fit.
    @inline(__always)
    mutating func reserve(_ room: Int) {
        if capacity - count < room { makeRoom(room) }
    }

    @inline(never)
    private mutating func makeRoom(_ room: Int) {
        flush()
        guard capacity < room else { return }
        base.deallocate()
        base = .allocate(capacity: room)
        capacity = room
    }

    @inline(__always)
    public mutating func append(_ literal: StaticString) {
        let size = literal.utf8CodeUnitCount
        reserve(size)
        (base + count).update(from: literal.utf8Start, count: size)
        count += size
    }

    @inline(__always)
    public mutating func append(byte: UInt8) {
        reserve(1)
        base[count] = byte
        count += 1
    }

    public mutating func append(text: String) {
        var text = text
        text.withUTF8 { utf8 in
            reserve(utf8.count)
            if let start = utf8.baseAddress { (base + count).update(from: start, count: utf8.count) }
            count += utf8.count
        }
    }

    public mutating func append(bytes: some Collection<UInt8>) { for byte in bytes { append(byte: byte) } }
}

// MARK: - Numbers and addresses
extension ByteBuffer {
    /// In decimal digits.
    @inline(__always)
    public mutating func append(decimal number: some FixedWidthInteger) {
        if number < 0 { append(byte: UInt8(ascii: "-")) }
        append(magnitude: UInt64(number.magnitude))
    }

    private mutating func append(magnitude number: UInt64) {
        reserve(20)
        var size = 1
        var limit: UInt64 = 10
        // 20 digits are the most that 64 bits have, and their limit is beyond 64 bits.
        while size < 20, number >= limit {
            size += 1
            limit &*= 10
        }
        var rest = number
        var position = count + size
        count = position
        while rest >= 10 {
            position -= 1
            base[position] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        }
        base[position - 1] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest)
    }

    /// In lower-case hexadecimal, at least `width` digits.
    public mutating func append(hexadecimal number: some FixedWidthInteger & UnsignedInteger, width: Int = 1) {
        let digits = max(width, (64 - UInt64(number).leadingZeroBitCount + 3) / 4)
        for digit in stride(from: digits - 1, through: 0, by: -1) {
            let nibble = digit < 16 ? UInt8(truncatingIfNeeded: UInt64(number) >> UInt64(4 * digit)) & 0xF : 0
            append(byte: nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "a") + nibble - 10)
        }
    }

    /// In canonical text, as inet_ntop(3) writes it: dotted quads, and RFC 5952 for IPv6, without brackets.
    public mutating func append(_ address: IPAddress) {
        guard address.family == .ipv4 else { return append(ipv6: address) }
        append(magnitude: address.low >> 24)
        append(byte: UInt8(ascii: "."))
        append(magnitude: address.low >> 16 & 0xFF)
        append(byte: UInt8(ascii: "."))
        append(magnitude: address.low >> 8 & 0xFF)
        append(byte: UInt8(ascii: "."))
        append(magnitude: address.low & 0xFF)
    }

    private mutating func append(ipv6 address: IPAddress) {
        var halves = (address.high.bigEndian, address.low.bigEndian)
        let room = Int(INET6_ADDRSTRLEN)
        reserve(room)
        let start = UnsafeMutableRawPointer(base + count).assumingMemoryBound(to: CChar.self)
        if inet_ntop(AF_INET6, &halves, start, socklen_t(room)) != nil { count += strlen(start) }
    }
}
