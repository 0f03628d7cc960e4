import CNetlink

/// The header of one netlink message (`struct nlmsghdr`, host order) and where its payload lies.
public struct Message: Equatable, Sendable {
    /// `NLMSG_*`, or defined by the bus: with nfnetlink, subsystem and message in one byte each.
    package let type: UInt16
    /// `NLM_F_*`.
    package let flags: UInt16
    /// That of the request it answers; 0 if unsolicited.
    package let sequence: UInt32
    /// The netlink port of the program whose request caused it; 0 if the kernel did so by itself.
    package let port: UInt32
    /// Offsets of what follows the header, without padding.
    public let payload: Range<Int>

    /// Bytes of `struct nlmsghdr`.
    @inlinable public static var headerSize: Int { 16 }

    /// Offsets of header and payload.
    @inlinable public var whole: Range<Int> { payload.lowerBound - Self.headerSize..<payload.upperBound }

    /// `NLM_F_DUMP_INTR`: the table changed during the dump, so something may be missing or duplicated.
    package var isInterrupted: Bool { flags & UInt16(NLM_F_DUMP_INTR) != 0 }

    /// The range of the attributes after a family's own header of `size` bytes.
    @inlinable
    public func attributes(after size: Int) throws(DecodeError) -> Range<Int> {
        guard payload.count >= size else { throw shorter(than: size) }
        return min(payload.lowerBound + aligned(size), payload.upperBound)..<payload.upperBound
    }

    @usableFromInline
    func shorter(than size: Int) -> DecodeError {
        DecodeError("message", "\(payload.count) bytes, shorter than its header of \(size)", at: payload.lowerBound)
    }
}

/// Walks over the messages of one datagram; stops after the first error.
package struct MessageCursor {
    private var offset = 0

    package init() {}

    /// The next message, or nil at the end of the datagram.
    ///
    /// - Throws: if fewer bytes are left than a message declares; the walk ends then.
    @inline(__always)
    package mutating func next(in datagram: borrowing RawSpan) throws(DecodeError) -> Message? {
        let start = offset
        let left = datagram.byteCount - start
        guard left > 0 else { return nil }
        offset = datagram.byteCount
        guard left >= Message.headerSize else {
            throw DecodeError("message header", "only \(left) bytes left", at: start)
        }
        // At once, as there is one for each entry of a table: the guard above is what four loads would check four times.
        let header = datagram.unsafeLoadUnaligned(fromByteOffset: start, as: nlmsghdr.self)
        let length = Int(header.nlmsg_len)
        guard length >= Message.headerSize, length <= left else {
            throw DecodeError("message", "its length is \(length) with \(left) bytes left", at: start)
        }
        offset = min(datagram.byteCount, start + aligned(length))
        return Message(
            type: header.nlmsg_type, flags: header.nlmsg_flags, sequence: header.nlmsg_seq, port: header.nlmsg_pid,
            payload: Range(uncheckedBounds: (start + Message.headerSize, start + length)))
    }
}
