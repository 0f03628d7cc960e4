import Addresses

/// The text of a row, as bytes: a million rows are searched without making a string of any.
package struct RowText {
    /// In lower case; fields end with a newline.
    private var bytes: [UInt8] = []

    package init() { bytes.reserveCapacity(160) }

    /// Ends a field: no text spans two.
    package mutating func endField() { bytes.append(UInt8(ascii: "\n")) }

    package mutating func append(_ text: String) {
        for byte in text.utf8 { bytes.append(Self.lowered(byte)) }
    }

    package mutating func append(decimal number: some BinaryInteger) {
        var (rest, start) = (number.magnitude, bytes.count)
        repeat {
            bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10))
            rest /= 10
        } while rest > 0
        var end = bytes.count - 1
        while start < end {
            bytes.swapAt(start, end)
            (start, end) = (start + 1, end - 1)
        }
    }

    package mutating func append(_ address: IPAddress) {
        guard address.family == .ipv4 else { return address.withText { bytes.append(contentsOf: $0) } }
        for shift: UInt64 in [24, 16, 8, 0] {
            append(decimal: address.low >> shift & 0xFF)
            if shift > 0 { bytes.append(UInt8(ascii: ".")) }
        }
    }

    /// As `Endpoint` writes it, and a field of its own; nothing without an address.
    package mutating func append(_ address: IPAddress?, _ port: UInt16?) {
        guard let address else { return }
        let isBracketed = port != nil && address.family == .ipv6
        if isBracketed { bytes.append(UInt8(ascii: "[")) }
        append(address)
        if isBracketed { bytes.append(UInt8(ascii: "]")) }
        if let port {
            bytes.append(UInt8(ascii: ":"))
            append(decimal: port)
        }
        endField()
    }

    /// The same of an endpoint.
    package mutating func append(_ endpoint: Endpoint?) { append(endpoint?.address, endpoint?.port) }

    /// A field of its own.
    package mutating func append(field text: String) {
        append(text)
        endField()
    }

    /// What to look for with `contains`.
    static func wanted(_ text: some StringProtocol) -> [UInt8] { text.utf8.map(lowered) }

    func contains(_ wanted: [UInt8]) -> Bool {
        guard let first = wanted.first else { return true }
        var start = 0
        while start + wanted.count <= bytes.count {
            if bytes[start] == first, isAt(start, wanted) { return true }
            start += 1
        }
        return false
    }

    private func isAt(_ start: Int, _ wanted: [UInt8]) -> Bool {
        var offset = 1
        while offset < wanted.count {
            if bytes[start + offset] != wanted[offset] { return false }
            offset += 1
        }
        return true
    }

    /// ASCII only: addresses, and names of the kernel's.
    private static func lowered(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }
}
