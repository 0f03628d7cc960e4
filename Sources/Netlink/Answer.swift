import CNetlink
import SystemPackage

/// How an answer ended.
package struct Answer: Equatable, Sendable {
    /// Messages that were handed over.
    package var messages = 0
    /// The kernel said that the table changed while it was dumped (`NLM_F_DUMP_INTR`): entries may be missing or double.
    package var interrupted = false
    /// Set when the answer ended with an error.
    var refusal: Refusal?

    /// An answer of which nothing has come yet.
    package init() {}
}

extension KernelSource {
    /// Sends a request and hands over each message of its answer, until the kernel says that this was all.
    ///
    /// - Parameter each: gets the message and the datagram it lies in, borrowed for the call.
    /// - Throws: what the kernel answered when it refused, with its own words (extended acknowledgement); `.damaged` when the
    ///   bytes are not netlink or `each` could not decode them.
    @discardableResult
    package func ask(
        _ request: Request, _ each: (Message, RawSpan) throws(DecodeError) -> Void
    ) throws(KernelError) -> Answer {
        var answer = Answer()
        try exchange(request) { datagram, sequence throws(KernelError) in
            do throws(DecodeError) {
                return try answer.take(datagram, sequence, each)
            } catch {
                throw KernelError(request.purpose, damaged: error)
            }
        }
        if let refusal = answer.refusal { throw refusal.error(asked: request.purpose) }
        return answer
    }
}

extension Answer {
    fileprivate mutating func take(
        _ datagram: RawSpan, _ sequence: UInt32, _ each: (Message, RawSpan) throws(DecodeError) -> Void
    ) throws(DecodeError) -> Reception {
        var cursor = MessageCursor()
        while let message = try cursor.next(in: datagram) {
            // What is left of an earlier question, or was meant for nobody.
            guard message.sequence == sequence else { continue }
            if message.isInterrupted { interrupted = true }
            switch Int32(message.type) {
            case NLMSG_NOOP:
                continue
            case NLMSG_OVERRUN:
                refusal = Refusal(errno: .noBufferSpace, words: nil)
                return .done
            case NLMSG_ERROR, NLMSG_DONE:
                refusal = try Refusal(endingWith: message, in: datagram)
                return .done
            default:
                messages += 1
                try each(message, datagram)
            }
        }
        return .more
    }
}
