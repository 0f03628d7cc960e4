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
    /// What came with it and could not be used.
    package private(set) var unusable: UnusableMessages?
    /// Set if the answer ended with an error.
    var refusal: Refusal?

    package init() {}

    /// Nothing is missing from what was wanted, and nothing is duplicated.
    package var isWhole: Bool { !interrupted && unusable == nil }

    /// Why it is not whole, in words; nil if it is.
    ///
    /// - Parameter changed: what to say of a table that changed during the dump.
    package func shortfall(ifChanged changed: String) -> String? {
        if isWhole { return nil }
        return [interrupted ? changed : nil, unusable?.description].compactMap(\.self).joined(separator: "; ")
    }

    /// For those to whom a part is worth nothing.
    ///
    /// - Parameter purpose: what was asked for.
    /// - Throws: `.damaged`, if messages could not be used.
    package func requireUsable(_ purpose: String) throws(KernelError) {
        if let unusable { throw KernelError(purpose, unusable: unusable) }
    }

    /// Adds the answer to another one of the requests that were needed for the whole.
    package mutating func add(_ other: Answer) {
        messages += other.messages
        interrupted = interrupted || other.interrupted
        isCut = isCut || other.isCut
        if let unusable = other.unusable { add(unusable) }
    }

    private mutating func add(_ others: UnusableMessages) {
        if unusable == nil { unusable = others } else { unusable?.add(others) }
    }

    /// Makes a dump until it is of one moment. Not for messages that could not be used: the kernel would send them again.
    ///
    /// - Returns: how the last one ended; `interrupted` if the table changed during each, or answers were lost.
    package static func repeating(
        _ attempts: Int, _ dump: () throws(KernelError) -> Answer
    ) throws(KernelError) -> Answer {
        var last = Answer()
        last.interrupted = true
        for _ in 0..<attempts {
            do throws(KernelError) {
                last = try dump()
                if !last.interrupted { return last }
            } catch {
                if error.cause != .lost { throw error }
                last = Answer()
                last.interrupted = true
            }
        }
        return last
    }
}

extension KernelSource {
    /// Sends a request and delivers each message of its answer, until the kernel marks the end.
    ///
    /// - Parameter each: gets the message and the datagram it lies in, borrowed for the call. It may find the message unusable: then the
    ///   answer goes on, and says so.
    /// - Returns: how it ended. Whoever does not look at it uses `askStrictly`.
    /// - Throws: the kernel's refusal, with its own message (extended acknowledgement); `.damaged` if the bytes are not netlink or
    ///   `each` could not decode them.
    package func ask(
        _ request: Request, _ each: (Message, RawSpan) throws(DecodeError) -> Void
    ) throws(KernelError) -> Answer {
        var answer = Answer()
        let type = AnswerType(request)
        try exchange(request) { datagram, sequence throws(KernelError) in
            try answer.take(datagram, sequence, type, for: request, each)
        }
        if let refusal = answer.refusal { throw refusal.error(asked: request.purpose) }
        return answer
    }

    /// The same, but of an answer with more than `most` messages only those: what follows is not read, and so not recorded either.
    package func ask(
        _ request: Request, atMost most: Int, _ each: (Message, RawSpan) throws(DecodeError) -> Void
    ) throws(KernelError) -> Answer {
        var answer = Answer()
        let type = AnswerType(request)
        var delivered = 0
        // An error makes the source forget the rest of the answer.
        do throws(KernelError) {
            try exchange(request) { datagram, sequence throws(KernelError) in
                let reception = try answer.take(datagram, sequence, type, for: request) {
                    message, bytes throws(DecodeError) in
                    if delivered < most { try each(message, bytes) }
                    delivered += 1
                }
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

    /// The same for a question that has no answer, or the wrong one, if a part of it cannot be used.
    ///
    /// - Throws: also, `.damaged`, that messages could not be used, after delivering the others.
    package func askStrictly(
        _ request: Request, _ each: (Message, RawSpan) throws(DecodeError) -> Void
    ) throws(KernelError) {
        try ask(request, each).requireUsable(request.purpose)
    }
}

extension Answer {
    fileprivate mutating func take(
        _ datagram: RawSpan, _ sequence: UInt32, _ type: AnswerType, for request: Request,
        _ each: (Message, RawSpan) throws(DecodeError) -> Void
    ) throws(KernelError) -> Reception {
        let reception: Reception
        do throws(DecodeError) { reception = try take(datagram, sequence, type, each) } catch {
            throw KernelError(request.purpose, damaged: error)
        }
        // What is left of this answer must not be taken for a part of the next one: an error makes the source forget it.
        if let refusal, refusal.errno == .noBufferSpace { throw refusal.error(asked: request.purpose) }
        return reception
    }

    /// No message that is skipped is certain to belong to something else. What the kernel sends to a socket of ours answers our requests, as
    /// these sockets are in no group; each answer is read to its end, or else its socket is closed (`LiveKernel.exchange`). So a message with
    /// another sequence number is either one of this answer, damaged, or from another program.
    private mutating func take(
        _ datagram: RawSpan, _ sequence: UInt32, _ type: AnswerType,
        _ each: (Message, RawSpan) throws(DecodeError) -> Void
    ) throws(DecodeError) -> Reception {
        var cursor = MessageCursor()
        while let message = try cursor.next(in: datagram) {
            guard message.sequence == sequence else {
                setAside(message, "its sequence number is \(message.sequence), not \(sequence)", at: 8)
                continue
            }
            if message.isInterrupted { interrupted = true }
            if message.type != type.usual {
                switch Int32(message.type) {
                case NLMSG_NOOP: continue
                case NLMSG_OVERRUN:
                    refusal = Refusal(errno: .noBufferSpace, words: nil)
                    return .done
                case NLMSG_ERROR, NLMSG_DONE:
                    refusal = try Refusal(endingWith: message, in: datagram)
                    return .done
                default:
                    guard message.type == type.other else {
                        setAside(message, "its type is \(message.type), not \(type.usual)", at: 4)
                        continue
                    }
                }
            }
            do throws(DecodeError) {
                try each(message, datagram)
                messages += 1
            } catch {
                guard error.isOfMessageAlone else { throw error }
                setAside(message, error)
            }
        }
        return .more
    }

    private mutating func setAside(_ message: Message, _ why: String, at offset: Int) {
        setAside(message, DecodeError("message", why, at: message.whole.lowerBound + offset))
    }

    private mutating func setAside(_ message: Message, _ error: DecodeError) {
        var error = error
        error.offset -= message.whole.lowerBound
        add(UnusableMessages(error, place: messages + (unusable?.count ?? 0) + 1))
    }
}
