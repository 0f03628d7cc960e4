import Netlink

/// One or two attributes out of those inside an attribute.
struct AttributePair {
    private(set) var first: Attribute?
    private(set) var second: Attribute?

    init(
        _ range: Range<Int>, _ firstType: UInt32, _ secondType: UInt32? = nil, in bytes: RawSpan
    ) throws(DecodeError) {
        var cursor = AttributeCursor(range)
        while let attribute = try cursor.next(in: bytes) {
            switch UInt32(attribute.type) {
            case firstType: first = attribute
            case secondType: second = attribute
            default: break
            }
        }
    }

    init(
        _ attribute: Attribute, _ firstType: UInt32, _ secondType: UInt32? = nil, in bytes: RawSpan
    ) throws(DecodeError) {
        try self.init(attribute.payload, firstType, secondType, in: bytes)
    }
}

extension RawSpan {
    /// The text of an attribute that may be missing.
    func text(_ attribute: Attribute?) -> String? {
        guard let attribute else { return nil }
        return text(attribute)
    }
}
