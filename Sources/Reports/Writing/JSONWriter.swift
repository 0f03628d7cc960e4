/// Writes JSON as bytes, value by value, without building it in memory.
///
/// Names are literals of the program and go in unchanged; values are escaped.
package struct JSONWriter: ~Copyable {
    private var bytes: ByteBuffer
    /// The object or list already has a value.
    private var needsComma = false

    /// - Parameter sink: gets the text in pieces, so that a long document is never held as a whole.
    package init(_ sink: @escaping (RawSpan) -> Void) { bytes = ByteBuffer(sink) }

    /// Ends a document, or a line of a stream.
    package mutating func newline() {
        bytes.append(byte: UInt8(ascii: "\n"))
        needsComma = false
    }

    /// Passes on what was written so far.
    package mutating func flush() { bytes.flush() }

    /// Ends the document with a newline and passes on the rest.
    package mutating func finish() {
        newline()
        flush()
    }

    /// An object; `fill` writes its members.
    @inline(__always)
    package mutating func object(_ fill: (inout JSONWriter) -> Void) {
        open(UInt8(ascii: "{"))
        fill(&self)
        close(UInt8(ascii: "}"))
    }

    /// A list; `fill` writes its values.
    @inline(__always)
    package mutating func array(_ fill: (inout JSONWriter) -> Void) {
        open(UInt8(ascii: "["))
        fill(&self)
        close(UInt8(ascii: "]"))
    }

    @inline(__always)
    private mutating func open(_ bracket: UInt8) {
        separate()
        bytes.append(byte: bracket)
        needsComma = false
    }

    @inline(__always)
    private mutating func close(_ bracket: UInt8) {
        bytes.append(byte: bracket)
        needsComma = true
    }

    @inline(__always)
    private mutating func separate() {
        if needsComma { bytes.append(byte: UInt8(ascii: ",")) }
        needsComma = true
    }

    /// The name of the next value, a literal of the program.
    @inline(__always)
    package mutating func key(_ name: StaticString) {
        bytes.reserve(name.utf8CodeUnitCount + 4)
        if needsComma { bytes.put(UInt8(ascii: ",")) }
        bytes.put(UInt8(ascii: "\""))
        bytes.put(name)
        bytes.put("\":")
        needsComma = false
    }

    /// A name that is not the program's own.
    package mutating func key(text name: String) {
        string(name)
        bytes.append(byte: UInt8(ascii: ":"))
        needsComma = false
    }

    package mutating func string(_ value: String) {
        separate()
        bytes.append(quoted: value)
    }

    @inline(__always)
    package mutating func number(_ value: some FixedWidthInteger) {
        separate()
        bytes.append(decimal: value)
    }

    package mutating func bool(_ value: Bool) { literal(value ? "true" : "false") }

    /// `null`: unknown.
    package mutating func null() { literal("null") }

    private mutating func literal(_ text: StaticString) {
        separate()
        bytes.append(text)
    }

    /// A value in its final form.
    @inline(__always)
    mutating func value(_ write: (inout ByteBuffer) -> Void) {
        separate()
        write(&bytes)
    }

    /// A string that needs no escaping: times, the program's own names.
    @inline(__always)
    mutating func quoted(_ fill: (inout ByteBuffer) -> Void) {
        value { bytes in
            bytes.append(byte: UInt8(ascii: "\""))
            fill(&bytes)
            bytes.append(byte: UInt8(ascii: "\""))
        }
    }

    /// Members of an object, at least one, with commas between them.
    @inline(__always)
    mutating func members(_ write: (inout ByteBuffer) -> Void) { value(write) }
}

extension JSONWriter {
    /// A string, or null when there is none.
    package mutating func member(_ name: StaticString, _ value: String?) {
        key(name)
        if let value { string(value) } else { null() }
    }

    /// A number, or null when there is none.
    @inline(__always)
    package mutating func member(_ name: StaticString, _ value: (some FixedWidthInteger)?) {
        key(name)
        if let value { number(value) } else { null() }
    }

    package mutating func member(_ name: StaticString, _ value: Bool) {
        key(name)
        bool(value)
    }

    /// Null, for what is never known here.
    package mutating func member(_ name: StaticString, nothing: Void) {
        key(name)
        null()
    }

    /// Omitted if nil: for what does not apply.
    package mutating func optional(_ name: StaticString, _ value: String?) {
        if let value { member(name, value) }
    }

    /// Omitted if nil: for what does not apply.
    @inline(__always)
    package mutating func optional(_ name: StaticString, _ value: (some FixedWidthInteger)?) {
        if let value { member(name, value) }
    }

    package mutating func member(_ name: StaticString, strings: [String]) {
        key(name)
        array { for string in strings { $0.string(string) } }
    }

    /// An object; `fill` writes its members.
    @inline(__always)
    package mutating func member(_ name: StaticString, object fill: (inout JSONWriter) -> Void) {
        key(name)
        object(fill)
    }

    /// A list; `each` writes one value per element.
    package mutating func member<Element>(
        _ name: StaticString, array elements: some Sequence<Element>, _ each: (inout JSONWriter, Element) -> Void
    ) {
        key(name)
        array { for element in elements { each(&$0, element) } }
    }
}
