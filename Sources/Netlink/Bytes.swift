/// Bounds-checked reading of numbers and strings from borrowed bytes. The byte order belongs to the accessor: netlink's own headers
/// are in host order, netfilter's attribute values are big-endian.
///
/// Inlinable because they are generic: unless specialized in the decoders' modules each call costs a hundred times more.
///
/// `unsafeLoadUnaligned` is bounds-checked too, but traps; outside data must result in an error.
extension RawSpan {
    /// The number in host order at an offset.
    ///
    /// - Throws: if it is out of bounds.
    @inlinable @inline(__always)
    public func host<T: FixedWidthInteger & BitwiseCopyable>(_: T.Type = T.self, at offset: Int) throws(DecodeError)
        -> T
    {
        let size = MemoryLayout<T>.size
        guard offset >= 0, offset <= byteCount - size else {
            throw missing(size, at: offset)
        }
        return unsafeLoadUnaligned(fromByteOffset: offset, as: T.self)
    }

    @usableFromInline
    func missing(_ size: Int, at offset: Int) -> DecodeError {
        DecodeError("\(size)-byte number", "only \(byteCount) bytes are there", at: offset)
    }

    /// The number in network byte order at an offset.
    ///
    /// - Throws: if it is out of bounds.
    @inlinable @inline(__always)
    public func bigEndian<T: FixedWidthInteger & BitwiseCopyable>(
        _: T.Type = T.self, at offset: Int
    ) throws(DecodeError) -> T {
        T(bigEndian: try host(at: offset))
    }

    /// A part with a constant size: the compiler then sees that what is read from it is in bounds, and checks nothing for each number.
    ///
    /// Traps if the part is out of bounds, so callers check first.
    @inlinable @inline(__always) @_lifetime(copy self)
    public func part(at offset: Int, size: Int) -> RawSpan {
        extracting(Range(uncheckedBounds: (offset, offset &+ size)))
    }

    /// A copy of the bytes in `range`, clamped to what exists.
    public func copy(_ range: Range<Int>) -> [UInt8] {
        let held = range.clamped(to: 0..<byteCount)
        return [UInt8](unsafeUninitializedCapacity: held.count) { buffer, count in
            extracting(held).withUnsafeBytes { UnsafeMutableRawBufferPointer(buffer).copyMemory(from: $0) }
            count = held.count
        }
    }

    /// The text in `range` up to its first NUL; invalid UTF-8 is replaced.
    public func text(_ range: Range<Int>) -> String {
        String(decoding: copy(range).prefix { $0 != 0 }, as: UTF8.self)
    }
}
