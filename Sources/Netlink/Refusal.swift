import CNetlink
import SystemPackage

/// An error at the end of an answer: the errno, and the kernel's message, if any.
struct Refusal: Equatable, Sendable {
    var errno: Errno
    /// The extended acknowledgement's message (`NLMSGERR_ATTR_MSG`).
    var words: String?
    /// Where in the request the attribute begins that it is about (`NLMSGERR_ATTR_OFFS`).
    var offset: Int?

    init(errno: Errno, words: String?) {
        self.errno = errno
        self.words = words
    }

    /// From `NLMSG_ERROR` (errno 0 is an acknowledgement) or `NLMSG_DONE`; nil on success.
    init?(endingWith message: Message, in datagram: RawSpan) throws(DecodeError) {
        let isDone = Int32(message.type) == NLMSG_DONE
        if isDone, message.payload.count < MemoryLayout<Int32>.size { return nil }
        let code: Int32 = try datagram.host(at: message.payload.lowerBound)
        if code == 0 { return nil }
        // -errno; any other number stays positive, so that nothing strange becomes a success.
        errno = Errno(rawValue: CInt(truncatingIfNeeded: code.magnitude))
        words = nil
        guard message.flags & UInt16(NLM_F_ACK_TLVS) != 0 else { return }
        var cursor = AttributeCursor(try Self.attributes(of: message, isDone: isDone, in: datagram))
        while let attribute = try cursor.next(in: datagram) {
            if attribute.type == NLMSGERR_ATTR_MSG.rawValue { words = datagram.text(attribute) }
            if attribute.type == NLMSGERR_ATTR_OFFS.rawValue {
                offset = datagram.host(attribute, as: UInt32.self).map { Int($0) }
            }
        }
    }

    /// The error is followed by the request that caused it: just its header if `NLM_F_CAPPED` is set.
    private static func attributes(
        of message: Message, isDone: Bool, in datagram: RawSpan
    ) throws(DecodeError) -> Range<Int> {
        let error = MemoryLayout<Int32>.size
        if isDone { return try message.attributes(after: error) }
        var echo = Message.headerSize
        if message.flags & UInt16(NLM_F_CAPPED) == 0 {
            echo = Int(try datagram.host(UInt32.self, at: message.payload.lowerBound + error))
        }
        guard echo >= Message.headerSize, echo <= message.payload.count - error else {
            throw DecodeError("error message", "the request in it has \(echo) bytes", at: message.payload.lowerBound)
        }
        return try message.attributes(after: error + echo)
    }

    func error(asked: String) -> KernelError { KernelError(asked, errno, detail: words) }
}
