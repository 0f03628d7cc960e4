import Netlink

/// What the decoder of expectations takes from that of entries.
typealias UnknownAttribute = Entry.UnknownAttribute

extension Tuple {
    init(_ nest: Attribute, in bytes: RawSpan, _ unknown: inout [UnknownAttribute]) throws(DecodeError) {
        var entry = Entry()
        self = try entry.decodeTuple(nest, in: bytes)
        unknown += entry.unknown
    }
}

extension [UnknownAttribute] {
    mutating func keep(_ attribute: Attribute, within nests: Attribute..., in bytes: RawSpan) {
        append(UnknownAttribute(path: nests.map(\.type) + [attribute.type], bytes: bytes.copy(attribute)))
    }
}

func set<Value>(_ field: inout Value, _ value: Value?) -> Bool { Entry.set(&field, value) }

func set<Value>(_ field: inout Value?, _ value: Value?) -> Bool { Entry.set(&field, value) }
