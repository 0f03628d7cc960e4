/// A value of JSON (RFC 8259), as a record's lines have them: whole numbers only.
///
/// Not Foundation's decoder, which reads some ten thousand lines a second where records have hundreds of thousands.
package enum JSONValue: Equatable, Sendable {
    /// In the order of the text; a name that comes twice is found once.
    case object([(name: String, value: JSONValue)])
    case array([JSONValue])
    case string(String)
    case number(Int64)
    case bool(Bool)
    case null

    /// Reads a text that is one value.
    ///
    /// - Returns: nil if it is not JSON, is nested more deeply than 16 levels, or has a number that is not whole or does not fit.
    package init?(_ text: [UInt8]) {
        var reader = JSONReader(text)
        guard let value = reader.value(depth: 0), reader.isAtEnd else { return nil }
        self = value
    }

    /// The member of an object; nil if there is none, or this is no object.
    package subscript(name: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        for member in members where member.name == name { return member.value }
        return nil
    }

    package var string: String? { if case .string(let text) = self { text } else { nil } }

    package var number: Int64? { if case .number(let number) = self { number } else { nil } }

    package static func == (left: JSONValue, right: JSONValue) -> Bool {
        switch (left, right) {
        case (.object(let one), .object(let other)): one.elementsEqual(other) { $0 == $1 }
        case (.array(let one), .array(let other)): one == other
        case (.string(let one), .string(let other)): one == other
        case (.number(let one), .number(let other)): one == other
        case (.bool(let one), .bool(let other)): one == other
        case (.null, .null): true
        default: false
        }
    }
}

/// Reads JSON from bytes.
private struct JSONReader {
    private let bytes: [UInt8]
    private var position = 0
    private static let deepest = 16

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// Whether nothing but white space is left.
    var isAtEnd: Bool {
        mutating get {
            skip()
            return position == bytes.count
        }
    }

    private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func skip() {
        while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
    }

    /// Passes a byte if it is the next one.
    private mutating func pass(_ character: Unicode.Scalar) -> Bool {
        guard next == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    mutating func value(depth: Int) -> JSONValue? {
        skip()
        switch next {
        case UInt8(ascii: "{"): return depth < Self.deepest ? object(depth: depth + 1) : nil
        case UInt8(ascii: "["): return depth < Self.deepest ? array(depth: depth + 1) : nil
        case UInt8(ascii: "\""): return string().map { .string($0) }
        case UInt8(ascii: "t"): return word("true", .bool(true))
        case UInt8(ascii: "f"): return word("false", .bool(false))
        case UInt8(ascii: "n"): return word("null", .null)
        default: return number()
        }
    }

    private mutating func object(depth: Int) -> JSONValue? {
        position += 1
        var members: [(name: String, value: JSONValue)] = []
        skip()
        if pass("}") { return .object(members) }
        repeat {
            skip()
            guard let name = string() else { return nil }
            skip()
            guard pass(":"), let value = value(depth: depth) else { return nil }
            members.append((name, value))
            skip()
        } while pass(",")
        return pass("}") ? .object(members) : nil
    }

    private mutating func array(depth: Int) -> JSONValue? {
        position += 1
        var values: [JSONValue] = []
        skip()
        if pass("]") { return .array(values) }
        repeat {
            guard let value = value(depth: depth) else { return nil }
            values.append(value)
            skip()
        } while pass(",")
        return pass("]") ? .array(values) : nil
    }

    private mutating func word(_ word: StaticString, _ value: JSONValue) -> JSONValue? {
        let end = position + word.utf8CodeUnitCount
        guard end <= bytes.count, bytes[position..<end].elementsEqual("\(word)".utf8) else { return nil }
        position = end
        return value
    }

    private mutating func number() -> JSONValue? {
        let isNegative = pass("-")
        let start = position
        var number: Int64 = 0
        while let byte = next, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") {
            let (tens, isLarge) = number.multipliedReportingOverflow(by: 10)
            let (sum, isLarger) = tens.addingReportingOverflow(Int64(byte - UInt8(ascii: "0")))
            if isLarge || isLarger { return nil }
            number = sum
            position += 1
        }
        // 01 is no number.
        guard position > start, bytes[start] != UInt8(ascii: "0") || position == start + 1 else { return nil }
        return .number(isNegative ? -number : number)
    }

    private mutating func string() -> String? {
        guard pass("\"") else { return nil }
        let start = position
        while let byte = next {
            if byte == UInt8(ascii: "\"") {
                defer { position += 1 }
                return String(decoding: bytes[start..<position], as: UTF8.self)
            }
            if byte == UInt8(ascii: "\\") { return escaped(from: start) }
            if byte < 0x20 { return nil }
            position += 1
        }
        return nil
    }

    /// The same with escapes, the first of which is next.
    private mutating func escaped(from start: Int) -> String? {
        var text = Array(bytes[start..<position])
        while let byte = next {
            position += 1
            switch byte {
            case UInt8(ascii: "\""): return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"):
                guard let scalar = escape() else { return nil }
                text += Array(String(Character(scalar)).utf8)
            case 0..<0x20: return nil
            default: text.append(byte)
            }
        }
        return nil
    }

    /// What an escape stands for, behind its backslash.
    private mutating func escape() -> Unicode.Scalar? {
        guard let letter = next else { return nil }
        position += 1
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(letter)
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): return codePoint()
        default: return nil
        }
    }

    private mutating func codePoint() -> Unicode.Scalar? {
        guard let first = fourDigits() else { return nil }
        guard (0xD800..<0xDC00).contains(first) else { return Unicode.Scalar(first) }
        guard pass("\\"), pass("u"), let second = fourDigits(), (0xDC00..<0xE000).contains(second) else { return nil }
        return Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
    }

    private mutating func fourDigits() -> UInt32? {
        guard position + 4 <= bytes.count else { return nil }
        var number: UInt32 = 0
        for byte in bytes[position..<position + 4] {
            guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue, byte < 0x80 else { return nil }
            number = number << 4 | UInt32(digit)
        }
        position += 4
        return number
    }
}
