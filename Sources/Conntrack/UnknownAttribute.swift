import Netlink

/// An attribute kept as it came, since this program does not know it, or its size is not the known one.
package struct UnknownAttribute: Equatable, Sendable {
    /// Its number, after those that it was nested in.
    package var path: [UInt16]
    /// Its payload, in the byte order in which it came.
    package var bytes: [UInt8]

    /// A path of at least one number, and the payload.
    package init(path: [UInt16], bytes: [UInt8]) {
        self.path = path
        self.bytes = bytes
    }
}

extension [UnknownAttribute] {
    /// - Parameter nests: the attributes that this one lies in, outermost first.
    mutating func keep(_ attribute: Attribute, within nests: Attribute..., in bytes: RawSpan) {
        append(UnknownAttribute(path: nests.map(\.type) + [attribute.type], bytes: bytes.copy(attribute)))
    }
}

/// Stores a value that could be read, and tells whether it could.
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
