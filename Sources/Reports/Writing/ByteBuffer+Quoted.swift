/// Strings as JSON has them.
extension ByteBuffer {
    mutating func append(quoted value: String) {
        append(byte: UInt8(ascii: "\""))
        if value.utf8.contains(where: { $0 >= 0x80 }) {
            for scalar in value.unicodeScalars { escape(scalar) }
        } else {
            for byte in value.utf8 { escape(byte) }
        }
        append(byte: UInt8(ascii: "\""))
    }

    /// A terminal that shows the document must not act on it: beyond what JSON asks for, C1 controls and what reorders text are escaped.
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
