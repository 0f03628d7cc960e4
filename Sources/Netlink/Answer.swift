import CNetlink
import SystemPackage

/// How an answer ended.
package struct Answer: Equatable, Sendable {
    /// Messages delivered.
    package var messages = 0
    /// The kernel reported that the table changed during the dump (`NLM_F_DUMP_INTR`): entries may be missing or duplicated.
    package var interrupted = false
    /// There was more than was wanted, and the rest was not read.
    package fileprivate(set) var isCut = false
    /// Set if the answer ended with an error.
    var refusal: Refusal?

    package init() {}

    /// Makes a dump until it is of one moment.
    ///
    /// - Returns: whether it is; if not, the table changed during the last attempt too.
    package static func repeating(
        _ attempts: Int, _ dump: () throws(KernelError) -> Answer
    ) throws(KernelError) -> Bool {
        for _ in 0..<attempts {
            do throws(KernelError) {
                if try !dump().interrupted { return true }
            } catch {
                if error.cause != .lost { throw error }
            }
        }
        return false
    }
}

extension KernelSource {
    /// Sends a request and delivers each message of its answer, until the kernel marks the end.
    ///
    /// - Parameter each: gets the message and the datagram it lies in, borrowed for the call.
    /// - Throws: the kernel's refusal, with its own message (extended acknowledgement); `.damaged` if the bytes are not netlink or
    ///   `each` could not decode them.
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

    /// The same, but of an answer with more than `most` messages only those: what follows is not read, and so not recorded either.
    package func ask(
        _ request: Request, atMost most: Int, _ each: (Message, RawSpan) throws(DecodeError) -> Void
    ) throws(KernelError) -> Answer {
        var answer = Answer()
        var delivered = 0
        // An error makes the source forget the rest of the answer.
        do throws(KernelError) {
            try exchange(request) { datagram, sequence throws(KernelError) in
                let reception: Reception
                do throws(DecodeError) {
                    reception = try answer.take(datagram, sequence) { message, bytes throws(DecodeError) in
                        if delivered < most { try each(message, bytes) }
                        delivered += 1
                    }
                } catch { throw KernelError(request.purpose, damaged: error) }
                if delivered > most {
                    answer.isCut = true
                    throw KernelError(request.purpose, .stopped)
                }
                return reception
            }
        } catch { if !answer.isCut { throw error } }
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
            // Left over from an earlier request, or unsolicited.
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
