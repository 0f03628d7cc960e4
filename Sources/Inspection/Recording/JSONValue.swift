/// A value of JSON (RFC 8259) in its text, read when it is asked for. Numbers are whole, as in the lines of a record.
///
/// Not Foundation's decoder, which reads some ten thousand lines a second where records have hundreds of thousands.
package struct JSONValue: Sendable {
    private let bytes: [UInt8]
    /// Of the value, without white space around it; valid JSON.
    private let range: Range<Int>

    /// Takes a text that is one value.
    ///
    /// - Returns: nil if it is not JSON, is nested more deeply than 16 levels, or has a number that is not whole.
    package init?(_ text: [UInt8]) {
        var scanner = JSONScanner(text)
        guard let range = scanner.value(depth: 0), scanner.isAtEnd else { return nil }
        (bytes, self.range) = (text, range)
    }

    fileprivate init(_ bytes: [UInt8], _ range: Range<Int>) { (self.bytes, self.range) = (bytes, range) }

    /// The member of an object; nil if there is none, or this is no object. Of one that comes twice, the first. It looks for the name as it is
    /// in the text: one that is written with escapes is not found.
    package subscript(name: String) -> JSONValue? {
        var scanner = JSONScanner(bytes, at: range.lowerBound)
        return scanner.member(name).map { JSONValue(bytes, $0) }
    }

    /// Of an object, in the order of the text; none of anything else.
    package var members: [(name: String, value: JSONValue)] {
        var members: [(name: String, value: JSONValue)] = []
        var scanner = JSONScanner(bytes, at: range.lowerBound)
        _ = scanner.forEachMember { name, value in
            members.append((JSONValue(bytes, name).string ?? "", JSONValue(bytes, value)))
        }
        return members
    }

    /// Of an array; none of anything else.
    package var elements: [JSONValue] {
        var elements: [JSONValue] = []
        var scanner = JSONScanner(bytes, at: range.lowerBound)
        scanner.forEachElement { elements.append(JSONValue(bytes, $0)) }
        return elements
    }

    package var string: String? {
        guard bytes[range.lowerBound] == UInt8(ascii: "\"") else { return nil }
        let inside = (range.lowerBound + 1)..<(range.upperBound - 1)
        let text = bytes.withUnsafeBufferPointer {
            String(decoding: UnsafeBufferPointer(rebasing: $0[inside]), as: UTF8.self)
        }
        return text.utf8.contains(UInt8(ascii: "\\")) ? JSONEscapes.resolved(text) : text
    }

    package var bool: Bool? {
        switch bytes[range.lowerBound] {
        case UInt8(ascii: "t"): true
        case UInt8(ascii: "f"): false
        default: nil
        }
    }

    /// Nil also for one that does not fit.
    package var number: Int64? {
        var (rest, isNegative) = (bytes[range], false)
        if rest.first == UInt8(ascii: "-") { (rest, isNegative) = (rest.dropFirst(), true) }
        var number: Int64 = 0
        for byte in rest {
            guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
            let (tens, isLarge) = number.multipliedReportingOverflow(by: 10)
            let (sum, isLarger) = tens.addingReportingOverflow(Int64(byte - UInt8(ascii: "0")))
            if isLarge || isLarger { return nil }
            number = sum
        }
        return isNegative ? -number : number
    }
}

/// An object of JSON whose members are found without reading those before them again: the line of a record.
package struct JSONObject: Sendable {
    private let bytes: [UInt8]
    private var places: [(name: Range<Int>, value: Range<Int>)] = []

    /// - Returns: nil if the text is no object, or nil as for a value.
    package init?(_ text: [UInt8]) {
        bytes = text
        places.reserveCapacity(20)
        var scanner = JSONScanner(text)
        guard scanner.forEachMember({ places.append(($0, $1)) }), scanner.isAtEnd else { return nil }
    }

    /// As of a value.
    package subscript(name: String) -> JSONValue? {
        places.first { JSONScanner.isName(name, bytes, $0.name) }.map { JSONValue(bytes, $0.value) }
    }

    /// Its text, with the end of the line.
    package func withText(_ body: (RawSpan) -> Void) {
        let line = bytes.last == UInt8(ascii: "\n") ? bytes : bytes + [UInt8(ascii: "\n")]
        body(line.span.bytes)
    }

    /// What each member has.
    package var values: [JSONValue] { places.map { JSONValue(bytes, $0.value) } }
}

/// Finds where values of JSON are in a text.
private struct JSONScanner {
    private let bytes: [UInt8]
    private var position: Int
    private static let deepest = 16

    init(_ bytes: [UInt8], at position: Int = 0) { (self.bytes, self.position) = (bytes, position) }

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

    /// Passes a value.
    ///
    /// - Returns: where it is; nil if that is none.
    mutating func value(depth: Int) -> Range<Int>? {
        skip()
        let start = position
        let isValid =
            switch next {
            case UInt8(ascii: "{"): depth < Self.deepest && passObject(depth: depth + 1) { _, _ in true }
            case UInt8(ascii: "["): depth < Self.deepest && passArray(depth: depth + 1) { _ in }
            case UInt8(ascii: "\""): passString()
            case UInt8(ascii: "t"): passWord("true")
            case UInt8(ascii: "f"): passWord("false")
            case UInt8(ascii: "n"): passWord("null")
            default: passNumber()
            }
        return isValid ? start..<position : nil
    }

    /// - Parameter each: gets where a member's name and value are; false: no more are wanted.
    private mutating func passObject(depth: Int, _ each: (Range<Int>, Range<Int>) -> Bool) -> Bool {
        guard pass("{") else { return false }
        skip()
        if pass("}") { return true }
        repeat {
            skip()
            let start = position
            guard passString() else { return false }
            let name = start..<position
            skip()
            guard pass(":"), let value = value(depth: depth) else { return false }
            if !each(name, value) { return true }
            skip()
        } while pass(",")
        return pass("}")
    }

    private mutating func passArray(depth: Int, _ each: (Range<Int>) -> Void) -> Bool {
        guard pass("[") else { return false }
        skip()
        if pass("]") { return true }
        repeat {
            guard let value = value(depth: depth) else { return false }
            each(value)
            skip()
        } while pass(",")
        return pass("]")
    }

    /// - Returns: whether it is an object.
    mutating func forEachMember(_ each: (Range<Int>, Range<Int>) -> Void) -> Bool {
        skip()
        return passObject(depth: 1) {
            each($0, $1)
            return true
        }
    }

    mutating func forEachElement(_ each: (Range<Int>) -> Void) { _ = passArray(depth: 1, each) }

    /// The first member with a name.
    mutating func member(_ wanted: String) -> Range<Int>? {
        var found: Range<Int>?
        let bytes = bytes
        _ = passObject(depth: 1) { name, value in
            if Self.isName(wanted, bytes, name) { found = value }
            return found == nil
        }
        return found
    }

    /// - Parameter range: of a string, with its quotation marks.
    static func isName(_ name: String, _ bytes: [UInt8], _ range: Range<Int>) -> Bool {
        var position = range.lowerBound + 1
        guard name.utf8.count == range.count - 2 else { return false }
        for byte in name.utf8 {
            if bytes[position] != byte { return false }
            position += 1
        }
        return true
    }

    private mutating func passWord(_ word: StaticString) -> Bool {
        let end = position + word.utf8CodeUnitCount
        guard end <= bytes.count, bytes[position..<end].elementsEqual("\(word)".utf8) else { return false }
        position = end
        return true
    }

    private mutating func passNumber() -> Bool {
        _ = pass("-")
        let start = position
        while let byte = next, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") { position += 1 }
        // 01 is no number.
        return position > start && (bytes[start] != UInt8(ascii: "0") || position == start + 1)
    }

    private mutating func passString() -> Bool {
        guard pass("\"") else { return false }
        while let byte = next {
            position += 1
            if byte == UInt8(ascii: "\"") { return true }
            if byte == UInt8(ascii: "\\"), !passEscape() { return false }
            if byte < 0x20 { return false }
        }
        return false
    }

    /// What is behind a backslash.
    private mutating func passEscape() -> Bool {
        guard let letter = next else { return false }
        position += 1
        switch letter {
        case UInt8(ascii: "u"):
            guard let first = passFourDigits() else { return false }
            // A surrogate has a partner, and comes first.
            guard (0xD800..<0xE000).contains(first) else { return true }
            guard first < 0xDC00, pass("\\"), pass("u"), let second = passFourDigits() else { return false }
            return (0xDC00..<0xE000).contains(second)
        default: return JSONEscapes.simple[letter] != nil
        }
    }

    private mutating func passFourDigits() -> UInt32? {
        guard position + 4 <= bytes.count else { return nil }
        defer { position += 4 }
        return JSONEscapes.number(bytes[position..<position + 4])
    }
}

/// The escapes in strings of JSON.
private enum JSONEscapes {
    /// What a letter behind a backslash stands for.
    static let simple: [UInt8: UInt8] = [
        UInt8(ascii: "\""): UInt8(ascii: "\""), UInt8(ascii: "\\"): UInt8(ascii: "\\"),
        UInt8(ascii: "/"): UInt8(ascii: "/"),
        UInt8(ascii: "b"): 0x08, UInt8(ascii: "f"): 0x0C, UInt8(ascii: "n"): 0x0A, UInt8(ascii: "r"): 0x0D,
        UInt8(ascii: "t"): 0x09,
    ]

    /// Of four hexadecimal digits; nil if these are none.
    static func number(_ digits: some Collection<UInt8>) -> UInt32? {
        var number: UInt32 = 0
        for byte in digits {
            guard byte < 0x80, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else { return nil }
            number = number << 4 | UInt32(digit)
        }
        return number
    }

    /// A string whose escapes are valid, with what they stand for.
    static func resolved(_ text: String) -> String {
        var (bytes, rest) = ([UInt8](), Array(text.utf8)[...])
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "\\"), let letter = rest.popFirst() else {
                bytes.append(byte)
                continue
            }
            if letter == UInt8(ascii: "u") {
                var unit = number(rest.prefix(4)) ?? 0xFFFD
                rest = rest.dropFirst(4)
                if (0xD800..<0xDC00).contains(unit) {
                    unit = 0x10000 + (unit - 0xD800) << 10 + ((number(rest.dropFirst(2).prefix(4)) ?? 0xDC00) - 0xDC00)
                    rest = rest.dropFirst(6)
                }
                bytes += Array(String(Character(Unicode.Scalar(unit) ?? "\u{FFFD}")).utf8)
            } else {
                bytes.append(simple[letter] ?? letter)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
