import Netlink

/// An attribute kept as received, because it is unknown to this program or has an unexpected size.
package struct UnknownAttribute: Equatable, Sendable {
    /// Its number, preceded by those of the attributes it is nested in.
    package var path: [UInt16]
    /// Its payload, in the byte order received.
    package var bytes: [UInt8]

    package init(path: [UInt16], bytes: [UInt8]) {
        self.path = path
        self.bytes = bytes
    }
}

extension [UnknownAttribute] {
    /// - Parameter nests: the enclosing attributes, outermost first.
    mutating func keep(_ attribute: Attribute, within nests: Attribute..., in bytes: RawSpan) {
        append(UnknownAttribute(path: nests.map(\.type) + [attribute.type], bytes: bytes.copy(attribute)))
    }
}

/// Stores a value if there is one, and returns whether there was.
func set<Value>(_ field: inout Value, _ value: Value?) -> Bool {
    guard let value else { return false }
    field = value
    return true
}

func set<Value>(_ field: inout Value?, _ value: Value?) -> Bool {
    guard let value else { return false }
    field = value
    return true
}
