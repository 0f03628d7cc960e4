import Netlink

/// What keeps attributes in the kernel's own layout, and looks into them when asked. What is malformed ends the list.
package protocol AttributeList {
    var attributes: [UInt8] { get }
}

extension AttributeList {
    /// The payload of an attribute of a type, of several that of the last, which counts for the kernel (`__nla_validate_parse`, lib/nlattr.c);
    /// nil without it.
    package func payload(_ type: some FixedWidthInteger) -> [UInt8]? {
        let bytes = attributes.span.bytes
        var last: Attribute?
        var cursor = AttributeCursor(0..<attributes.count)
        while let attribute = try? cursor.next(in: bytes) {
            if attribute.type == UInt16(type) { last = attribute }
        }
        return last.map { bytes.copy($0) }
    }

    /// A number in network byte order.
    func number(_ type: some FixedWidthInteger) -> UInt32? {
        guard let payload = payload(type), payload.count == 4 else { return nil }
        return payload.reduce(0) { $0 << 8 | UInt32($1) }
    }

    /// One of 64 bits.
    func longNumber(_ type: some FixedWidthInteger) -> UInt64? {
        guard let payload = payload(type), payload.count == 8 else { return nil }
        return payload.reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// The attributes with one of these types, as they are.
    func attributes(_ types: Set<UInt16>) -> [UInt8] { attributes { types.contains($0) } }

    /// Those with any other type.
    func attributes(besides types: Set<UInt16>) -> [UInt8] { attributes { !types.contains($0) } }

    private func attributes(where isChosen: (UInt16) -> Bool) -> [UInt8] {
        var chosen: [UInt8] = []
        var cursor = AttributeCursor(0..<attributes.count)
        while let attribute = try? cursor.next(in: attributes.span.bytes) {
            guard isChosen(attribute.type) else { continue }
            let payload = attribute.payload
            chosen += attributes[payload.lowerBound - AttributeCursor.headerSize..<payload.upperBound]
            chosen += [UInt8](repeating: 0, count: (4 - payload.count % 4) % 4)
        }
        return chosen
    }
}
