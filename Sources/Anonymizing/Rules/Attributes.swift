import Netlink

/// Attributes in the kernel's layout, of which single ones are looked at. What is malformed ends them.
struct Attributes {
    let bytes: [UInt8]

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// Each with its type and its payload.
    var all: [(type: UInt16, payload: [UInt8])] {
        var found: [(type: UInt16, payload: [UInt8])] = []
        let span = bytes.span.bytes
        var cursor = AttributeCursor(0..<bytes.count)
        while let attribute = try? cursor.next(in: span) { found.append((attribute.type, span.copy(attribute))) }
        return found
    }

    /// Of several the last one, which counts for the kernel.
    func payload(_ type: some BinaryInteger) -> [UInt8]? {
        all.last { $0.type == UInt16(type) }?.payload
    }

    /// In network order.
    func number(_ type: some BinaryInteger) -> UInt32? {
        guard let payload = payload(type), payload.count == 4 else { return nil }
        return payload.reduce(0) { $0 << 8 | UInt32($1) }
    }

    func text(_ type: some BinaryInteger) -> String? {
        payload(type).map { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }

    /// The same attributes, with their flags, with other payloads.
    ///
    /// - Parameter change: gets a type and a payload; nil leaves the attribute out.
    func mapped(_ change: (UInt16, [UInt8]) -> [UInt8]?) -> [UInt8] {
        var out: [UInt8] = []
        let span = bytes.span.bytes
        var cursor = AttributeCursor(0..<bytes.count)
        while let attribute = try? cursor.next(in: span) {
            guard let payload = change(attribute.type, span.copy(attribute)) else { continue }
            let start = out.count
            out.append(span, attribute.payload.lowerBound - AttributeCursor.headerSize..<attribute.payload.lowerBound)
            out += payload
            out.finishAttribute(from: start)
        }
        return out
    }
}
