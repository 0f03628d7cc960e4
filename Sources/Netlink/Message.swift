import CNetlink

/// The header of one netlink message (`struct nlmsghdr`, host order) and where its payload lies.
package struct Message: Equatable, Sendable {
    /// `NLMSG_*`, or what the bus defines: with nfnetlink, subsystem and message in a byte each.
    package let type: UInt16
    /// `NLM_F_*`.
    package let flags: UInt16
    /// What the request carried that this answers; 0 in what nobody asked for.
    package let sequence: UInt32
    /// The netlink port of the program whose request caused it; 0 when the kernel speaks of its own accord.
    package let port: UInt32
    /// Offsets of what follows the header, padding excluded.
    package let payload: Range<Int>

    /// Bytes of `struct nlmsghdr`.
    package static let headerSize = 16

    /// Offsets of header and payload.
    package var whole: Range<Int> { payload.lowerBound - Self.headerSize..<payload.upperBound }

    /// `NLM_F_DUMP_INTR`: the table changed while it was dumped, so something may be missing or double.
    package var isInterrupted: Bool { flags & UInt16(NLM_F_DUMP_INTR) != 0 }

    /// Where the attributes begin behind a family's own header of `size` bytes.
    package func attributes(after size: Int) throws(DecodeError) -> Range<Int> {
        let start = payload.lowerBound + aligned(size)
        guard payload.count >= size else {
            throw DecodeError(
                "message", "\(payload.count) bytes, shorter than its header of \(size)", at: payload.lowerBound)
        }
        return min(start, payload.upperBound)..<payload.upperBound
    }
}

/// Walks over the messages of one datagram; ends after the first error.
package struct MessageCursor {
    private var offset = 0

    /// At the beginning of a datagram.
    package init() {}

    /// The next message, or nil at the end of the datagram.
    ///
    /// - Throws: when less is left than a message promises; the walk is over then.
    package mutating func next(in datagram: borrowing RawSpan) throws(DecodeError) -> Message? {
        let start = offset
        let left = datagram.byteCount - start
        guard left > 0 else { return nil }
        offset = datagram.byteCount
        guard left >= Message.headerSize else {
            throw DecodeError("message header", "only \(left) bytes left", at: start)
        }
        let length = Int(try datagram.host(UInt32.self, at: start))
        guard length >= Message.headerSize, length <= left else {
            throw DecodeError("message", "its length is \(length) with \(left) bytes left", at: start)
        }
        offset = min(datagram.byteCount, start + aligned(length))
        return Message(
            type: try datagram.host(at: start + 4), flags: try datagram.host(at: start + 6),
            sequence: try datagram.host(at: start + 8), port: try datagram.host(at: start + 12),
            payload: start + Message.headerSize..<start + length)
    }
}
