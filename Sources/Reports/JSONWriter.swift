/// Writes JSON as bytes, a value at a time, without building it up in between.
public struct JSONWriter {
    private var bytes: [UInt8] = []
    /// A value stands before, in the same object or list.
    private var needsComma = false
    private let sink: ([UInt8]) -> Void

    private static let pieceSize = 64 << 10

    /// - Parameter sink: gets the text in pieces, so that a long document is not held as a whole.
    public init(_ sink: @escaping ([UInt8]) -> Void) { self.sink = sink }

    /// Ends the document with a newline and hands over what is left.
    public mutating func finish() {
        bytes.append(UInt8(ascii: "\n"))
        sink(bytes)
        bytes.removeAll()
        needsComma = false
    }

    public mutating func object(_ fill: (inout JSONWriter) -> Void) { wrap("{", "}", fill) }

    public mutating func array(_ fill: (inout JSONWriter) -> Void) { wrap("[", "]", fill) }

    private mutating func wrap(_ open: Unicode.Scalar, _ close: Unicode.Scalar, _ fill: (inout JSONWriter) -> Void) {
        separate()
        bytes.append(UInt8(ascii: open))
        needsComma = false
        fill(&self)
        bytes.append(UInt8(ascii: close))
        needsComma = true
    }

    private mutating func separate() {
        if bytes.count > Self.pieceSize {
            sink(bytes)
            bytes.removeAll(keepingCapacity: true)
        }
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = true
    }

    public mutating func key(_ name: String) {
        string(name)
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    public mutating func string(_ value: String) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        if value.utf8.contains(where: { $0 >= 0x80 }) {
            for scalar in value.unicodeScalars { escape(scalar) }
        } else {
            for byte in value.utf8 { escape(byte) }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    /// A terminal that shows the document must not act on it: beyond what JSON asks for, C1 controls and what reorders text are escaped.
    private mutating func escape(_ scalar: Unicode.Scalar) {
        if scalar.isASCII {
            escape(UInt8(truncatingIfNeeded: scalar.value))
        } else if scalar.isUnprintable {
            for unit in UTF16.encode(scalar) ?? .init() { escape(unit: unit) }
        } else {
            bytes += Array(String(Character(scalar)).utf8)
        }
    }

    private mutating func escape(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
        case 0..<0x20, 0x7F: escape(unit: UInt16(byte))
        default: bytes.append(byte)
        }
    }

    private mutating func escape(unit: UInt16) {
        let digits = String(unit, radix: 16)
        bytes += Array(("\\u" + String(repeating: "0", count: 4 - digits.count) + digits).utf8)
    }

    public mutating func number(_ value: some FixedWidthInteger) {
        separate()
        bytes += Array(String(value).utf8)
    }

    public mutating func bool(_ value: Bool) { raw(value ? "true" : "false") }

    public mutating func null() { raw("null") }

    private mutating func raw(_ text: String) {
        separate()
        bytes += Array(text.utf8)
    }
}

/// Members of an object.
extension JSONWriter {
    public mutating func member(_ name: String, _ value: String?) {
        key(name)
        if let value { string(value) } else { null() }
    }

    public mutating func member(_ name: String, _ value: (some FixedWidthInteger)?) {
        key(name)
        if let value { number(value) } else { null() }
    }

    public mutating func member(_ name: String, _ value: Bool) {
        key(name)
        bool(value)
    }

    public mutating func member(_ name: String, nothing: Void) {
        key(name)
        null()
    }

    /// Left out when there is none: for what does not apply.
    public mutating func optional(_ name: String, _ value: String?) {
        if let value { member(name, value) }
    }

    public mutating func optional(_ name: String, _ value: (some FixedWidthInteger)?) {
        if let value { member(name, value) }
    }

    public mutating func member(_ name: String, strings: [String]) {
        key(name)
        array { for string in strings { $0.string(string) } }
    }

    public mutating func member(_ name: String, object fill: (inout JSONWriter) -> Void) {
        key(name)
        object(fill)
    }

    public mutating func member<Element>(
        _ name: String, array elements: some Sequence<Element>, _ each: (inout JSONWriter, Element) -> Void
    ) {
        key(name)
        array { for element in elements { each(&$0, element) } }
    }
}
