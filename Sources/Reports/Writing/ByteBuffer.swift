import Addresses

/// Text output as bytes: written in place, and passed on in pieces, so that a long output is never held as a whole.
///
/// The program's own literals go in unchanged; everything else must be escaped by the caller.
package struct ByteBuffer: ~Copyable {
    private var base: UnsafeMutablePointer<UInt8>
    private var capacity: Int
    /// Bytes not passed on yet.
    package private(set) var count = 0
    private let sink: (RawSpan) -> Void
    private let octets = Self.octets

    /// An octet of an IPv4 address in decimal: the most frequent text.
    private struct Octet {
        /// The first `count` bytes in memory.
        var characters: UInt32
        var count: Int

        init(_ octet: Int) {
            let text = Array(String(octet).utf8)
            count = text.count
            characters = (text + [0, 0, 0]).withUnsafeBytes { $0.loadUnaligned(as: UInt32.self) }
        }
    }

    /// All 256 of them, made once, as buffers may be as short-lived as a cell on the screen. Unsafe in name only: nobody writes to it again.
    private nonisolated(unsafe) static let octets: UnsafePointer<Octet> = {
        let all = UnsafeMutablePointer<Octet>.allocate(capacity: 256)
        for octet in 0..<256 { (all + octet).initialize(to: Octet(octet)) }
        return UnsafePointer(all)
    }()

    /// - Parameters:
    ///   - pieceSize: how many bytes are gathered before they are passed on; a single value may be longer.
    ///   - sink: gets each piece, borrowed for the call.
    package init(pieceSize: Int = 64 << 10, _ sink: @escaping (RawSpan) -> Void) {
        base = .allocate(capacity: pieceSize)
        capacity = pieceSize
        self.sink = sink
    }

    deinit { base.deallocate() }

    /// Passes on what is there.
    package mutating func flush() {
        guard count > 0 else { return }
        sink(UnsafeRawBufferPointer(start: base, count: count).bytes)
        count = 0
    }

    /// Ensures space for `room` more bytes.
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

    /// The program's own text, unchanged.
    @inline(__always)
    package mutating func append(_ literal: StaticString) {
        reserve(literal.utf8CodeUnitCount)
        put(literal)
    }

    /// One byte, unchanged.
    @inline(__always)
    package mutating func append(byte: UInt8) {
        reserve(1)
        put(byte)
    }

    /// Bytes that are in their final form.
    package mutating func append(bytes: [UInt8]) {
        reserve(bytes.count)
        bytes.withUnsafeBufferPointer { bytes in
            if let start = bytes.baseAddress { (base + count).update(from: start, count: bytes.count) }
        }
        count += bytes.count
    }

    /// Into reserved space.
    @inline(__always)
    mutating func put(_ byte: UInt8) {
        base[count] = byte
        count &+= 1
    }

    /// Into reserved space.
    @inline(__always)
    mutating func put(_ literal: StaticString) {
        (base + count).update(from: literal.utf8Start, count: literal.utf8CodeUnitCount)
        count &+= literal.utf8CodeUnitCount
    }

    /// UTF-8, unchanged: the caller must escape what a terminal could act on.
    package mutating func append(text: String) {
        var text = text
        text.withUTF8 { utf8 in
            reserve(utf8.count)
            if let start = utf8.baseAddress { (base + count).update(from: start, count: utf8.count) }
            count += utf8.count
        }
    }
}

// MARK: - Numbers and addresses
extension ByteBuffer {
    /// In decimal digits.
    @inline(__always)
    package mutating func append(decimal number: some FixedWidthInteger) {
        if number < 0 { append(byte: UInt8(ascii: "-")) }
        append(magnitude: UInt64(number.magnitude))
    }

    @inline(__always)
    private mutating func append(magnitude number: UInt64) {
        reserve(20)
        if number < 10 {
            put(digit: number)
        } else if number < 100 {
            put(digit: number / 10)
            put(digit: number % 10)
        } else {
            putDigits(of: number)
        }
    }

    /// Of a number of at least three digits, from its end, two at a time.
    private mutating func putDigits(of number: UInt64) {
        var position = count + Self.digits(of: number)
        count = position
        var rest = number
        while rest >= 100 {
            let pair = Int(truncatingIfNeeded: rest % 100) * 2
            rest /= 100
            position -= 2
            base[position] = Self.pairs.utf8Start[pair]
            base[position + 1] = Self.pairs.utf8Start[pair + 1]
        }
        if rest >= 10 {
            base[position - 2] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest / 10)
        }
        base[position - 1] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
    }

    private static func digits(of number: UInt64) -> Int {
        if number < 10_000 { return number < 1000 ? 3 : 4 }
        if number < 1_000_000 { return number < 100_000 ? 5 : 6 }
        if number < 100_000_000 { return number < 10_000_000 ? 7 : 8 }
        var size = 9
        var limit: UInt64 = 1_000_000_000
        // 64 bits have at most 20 digits, whose limit is beyond 64 bits.
        while size < 20, number >= limit {
            size += 1
            limit &*= 10
        }
        return size
    }

    @inline(__always)
    private static var pairs: StaticString {
        """
        00010203040506070809101112131415161718192021222324252627282930313233343536373839404142434445464748495051525354\
        55565758596061626364656667686970717273747576777879808182838485868788899091929394959697989900
        """
    }

    /// Into reserved space.
    @inline(__always)
    private mutating func put(digit: UInt64) { put(UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: digit)) }

    /// In lower-case hexadecimal, at least `width` digits.
    package mutating func append(hexadecimal number: some FixedWidthInteger & UnsignedInteger, width: Int = 1) {
        let digits = max(width, (64 - UInt64(number).leadingZeroBitCount + 3) / 4)
        for digit in stride(from: digits - 1, through: 0, by: -1) {
            let nibble = digit < 16 ? UInt8(truncatingIfNeeded: UInt64(number) >> UInt64(4 * digit)) & 0xF : 0
            append(byte: nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "a") + nibble - 10)
        }
    }

    /// In canonical text, as written by inet_ntop(3): dotted quads, and RFC 5952 for IPv6, without brackets.
    package mutating func append(_ address: IPAddress) {
        guard address.family == .ipv4 else { return append(ipv6: address) }
        // Each octet is written as four bytes, of which up to three count.
        reserve(16)
        put(octet: address.low >> 24)
        put(UInt8(ascii: "."))
        put(octet: address.low >> 16 & 0xFF)
        put(UInt8(ascii: "."))
        put(octet: address.low >> 8 & 0xFF)
        put(UInt8(ascii: "."))
        put(octet: address.low & 0xFF)
    }

    @inline(__always)
    private mutating func put(octet: UInt64) {
        let text = octets[Int(truncatingIfNeeded: octet)]
        UnsafeMutableRawPointer(base + count).storeBytes(of: text.characters, as: UInt32.self)
        count &+= text.count
    }
}

/// JSON strings.
extension ByteBuffer {
    mutating func append(quoted value: String) {
        append(byte: UInt8(ascii: "\""))
        if value.utf8.allSatisfy(Self.isPlain) {
            append(text: value)
        } else if value.utf8.contains(where: { $0 >= 0x80 }) {
            for scalar in value.unicodeScalars { escape(scalar) }
        } else {
            for byte in value.utf8 { escape(byte) }
        }
        append(byte: UInt8(ascii: "\""))
    }

    /// Whether a byte goes into a string unchanged: nearly all do.
    private static func isPlain(_ byte: UInt8) -> Bool {
        byte >= 0x20 && byte < 0x7F && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
    }

    /// A terminal that shows the document must not act on it: in addition to JSON's rules, C1 controls and reordering characters are escaped.
    private mutating func escape(_ scalar: Unicode.Scalar) {
        if scalar.isASCII {
            escape(UInt8(truncatingIfNeeded: scalar.value))
        } else if scalar.isUnprintable {
            for unit in UTF16.encode(scalar) ?? .init() { escape(unit: unit) }
        } else {
            append(text: String(Character(scalar)))
        }
    }

    private mutating func escape(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"):
            append(byte: UInt8(ascii: "\\"))
            append(byte: byte)
        case 0..<0x20, 0x7F: escape(unit: UInt16(byte))
        default: append(byte: byte)
        }
    }

    private mutating func escape(unit: UInt16) {
        append("\\u")
        append(hexadecimal: unit, width: 4)
    }
}

extension String {
    /// What `write` puts into a buffer. Not fast: for text read by people, a few times per second.
    init(writing size: Int, _ write: (inout ByteBuffer) -> Void) {
        var text = ""
        var bytes = ByteBuffer(pieceSize: size) { piece in
            text += String(
                decoding: (0..<piece.byteCount).map { piece.unsafeLoad(fromByteOffset: $0, as: UInt8.self) },
                as: UTF8.self)
        }
        write(&bytes)
        bytes.flush()
        self = text
    }
}
