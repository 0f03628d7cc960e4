import CNetlink

/// Where one netlink attribute lies in the bytes it was found in. It holds no bytes: reading takes the span along,
/// so nothing is copied and nothing outlives its buffer.
public struct Attribute: Equatable, Sendable {
    /// The attribute's number, without the flags for nesting and byte order.
    public let type: UInt16
    /// The payload's offsets, without header and padding.
    public let payload: Range<Int>

    public init(type: UInt16, payload: Range<Int>) {
        self.type = type
        self.payload = payload
    }
}

/// Walks over the attributes in a range of bytes. Each step checks its length and moves forward, or ends the walk.
public struct AttributeCursor {
    private var offset: Int
    private let end: Int

    public static let headerSize = 4

    public init(_ range: Range<Int>) {
        offset = range.lowerBound
        end = range.upperBound
    }

    /// Inside a nested attribute.
    public init(in attribute: Attribute) { self.init(attribute.payload) }

    /// The next attribute, or nil at the end. Fewer than four bytes left over are padding, as the kernel's `nla_ok` has it.
    public mutating func next(in bytes: borrowing RawSpan) throws(DecodeError) -> Attribute? {
        guard end - offset >= Self.headerSize else { return nil }
        let start = offset
        offset = end
        let length = Int(try bytes.host(UInt16.self, at: start))
        guard length >= Self.headerSize, length <= end - start else {
            throw DecodeError("attribute", "its length is \(length) with \(end - start) bytes left", at: start)
        }
        let type = try bytes.host(UInt16.self, at: start + 2) & attributeTypeMask
        offset = min(end, start + aligned(length))
        return Attribute(type: type, payload: start + Self.headerSize..<start + length)
    }
}

/// `NLA_TYPE_MASK` of linux/netlink.h, an expression that the importer does not carry over.
private let attributeTypeMask = ~UInt16(NLA_F_NESTED | NLA_F_NET_BYTEORDER)

/// Netlink pads messages and attributes to four bytes (`NLMSG_ALIGNTO`, `NLA_ALIGNTO`).
func aligned(_ length: Int) -> Int { (length + 3) & ~3 }

/// The value of a whole attribute, or nil when its size is not that of the type asked for:
/// a kernel that changes an attribute's width must not end the decoding of everything else.
extension RawSpan {
    public func host<T: FixedWidthInteger & BitwiseCopyable>(_ attribute: Attribute, as _: T.Type = T.self) -> T? {
        guard attribute.payload.count == MemoryLayout<T>.size else { return nil }
        return try? host(at: attribute.payload.lowerBound)
    }

    public func bigEndian<T: FixedWidthInteger & BitwiseCopyable>(_ attribute: Attribute, as _: T.Type = T.self) -> T? {
        host(attribute, as: T.self).map(T.init(bigEndian:))
    }

    public func text(_ attribute: Attribute) -> String { text(attribute.payload) }

    public func copy(_ attribute: Attribute) -> [UInt8] { copy(attribute.payload) }
}
