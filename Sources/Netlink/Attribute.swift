import CNetlink

/// Where a netlink attribute lies in the bytes it was found in. It holds no bytes: reading passes the span along, so nothing is
/// copied and nothing outlives its buffer.
public struct Attribute: Equatable, Sendable {
    /// The attribute's number, without the flags for nesting and byte order.
    public let type: UInt16
    /// The payload's offsets, without header and padding.
    public let payload: Range<Int>

    @inlinable
    public init(type: UInt16, payload: Range<Int>) {
        self.type = type
        self.payload = payload
    }
}

/// Walks over the attributes in a range of bytes. Each step checks its length and moves forward, or ends the walk.
public struct AttributeCursor {
    @usableFromInline var offset: Int
    @usableFromInline let end: Int

    /// Bytes of `struct nlattr`: length and type, both in host order.
    public static let headerSize = 4

    /// Walks over the attributes that fill a range; a range beyond the bytes makes `next` throw, not trap.
    @inlinable
    public init(_ range: Range<Int>) {
        offset = range.lowerBound
        end = range.upperBound
    }

    /// Walks over nested attributes.
    @inlinable
    public init(in attribute: Attribute) { self.init(attribute.payload) }

    /// The next attribute, or nil at the end. Fewer than four remaining bytes are padding, as in the kernel's `nla_ok`.
    @inlinable
    public mutating func next(in bytes: borrowing RawSpan) throws(DecodeError) -> Attribute? {
        let left = end &- offset
        guard left >= Self.headerSize else { return nil }
        let start = offset
        offset = end
        guard start >= 0, start <= bytes.byteCount - Self.headerSize else { throw missing(at: start) }
        let header = bytes.unsafeLoadUnaligned(fromByteOffset: start, as: nlattr.self)
        let length = Int(header.nla_len)
        guard length >= Self.headerSize, length <= left else { throw wrong(length, at: start) }
        offset = min(end, start &+ aligned(length))
        let type = header.nla_type & attributeTypeMask
        // Not checked again: the length is no less than the header.
        let payload = Range(uncheckedBounds: (start &+ Self.headerSize, start &+ length))
        return Attribute(type: type, payload: payload)
    }
}

extension AttributeCursor {
    @usableFromInline
    func missing(at start: Int) -> DecodeError {
        DecodeError("attribute", "it begins beyond the end", at: start)
    }

    @usableFromInline
    func wrong(_ length: Int, at start: Int) -> DecodeError {
        DecodeError("attribute", "its length is \(length) with \(end - start) bytes left", at: start)
    }
}

/// `NLA_TYPE_MASK` of linux/netlink.h, an expression that the importer does not support.
@inlinable
var attributeTypeMask: UInt16 { ~UInt16(NLA_F_NESTED | NLA_F_NET_BYTEORDER) }

/// Netlink pads messages and attributes to four bytes (`NLMSG_ALIGNTO`, `NLA_ALIGNTO`).
@inlinable
func aligned(_ length: Int) -> Int { (length + 3) & ~3 }

/// The value of a whole attribute, or nil if its size does not match the requested type: a kernel that changes an attribute's width
/// must not stop the decoding of everything else.
extension RawSpan {
    /// The number in host order.
    @inlinable @inline(__always)
    public func host<T: FixedWidthInteger & BitwiseCopyable>(_ attribute: Attribute, as _: T.Type = T.self) -> T? {
        guard attribute.payload.count == MemoryLayout<T>.size else { return nil }
        return try? host(at: attribute.payload.lowerBound)
    }

    /// The number in network byte order, which netfilter uses.
    @inlinable @inline(__always)
    public func bigEndian<T: FixedWidthInteger & BitwiseCopyable>(_ attribute: Attribute, as _: T.Type = T.self) -> T? {
        host(attribute, as: T.self).map(T.init(bigEndian:))
    }

    /// The text of the payload up to its first NUL; invalid UTF-8 is replaced.
    public func text(_ attribute: Attribute) -> String { text(attribute.payload) }

    /// A copy of the payload.
    public func copy(_ attribute: Attribute) -> [UInt8] { copy(attribute.payload) }
}
