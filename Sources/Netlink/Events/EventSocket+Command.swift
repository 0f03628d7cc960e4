import CNetlink

extension EventSocket {
    /// Sends a request over this very socket, and takes its acknowledgement: for what the kernel makes for a socket, and takes down with
    /// it. Does not wait: nfnetlink answers before the request has been sent (nfnetlink_rcv, net/netfilter/nfnetlink.c).
    ///
    /// - Parameters:
    ///   - request: without `NLM_F_DUMP`, with `NLM_F_ACK`.
    ///   - meanwhile: gets each datagram that came before the acknowledgement, borrowed for the call.
    /// - Returns: what was read besides.
    /// - Throws: what the kernel answered when it refused; `.lost` when its answer found no room.
    @discardableResult
    package func command(_ request: Request, meanwhile: (RawSpan) -> Void) throws(KernelError) -> EventReading {
        commands &+= 1
        try socket.send(request.message(sequence: commands), for: request.purpose)
        var answer: Result<Refusal?, DecodeError>?
        var total = EventReading()
        repeat {
            let reading = try receive { datagram in
                if let found = acknowledgement(of: commands, in: datagram) {
                    answer = found
                } else {
                    meanwhile(datagram)
                    total.datagrams += 1
                }
            }
            total.isDrained = reading.isDrained
            total.loss = reading.loss ?? total.loss
        } while answer == nil && !total.isDrained
        switch answer {
        case .success(nil): return total
        case .success(let refusal?): throw refusal.error(asked: request.purpose)
        case .failure(let error): throw KernelError(request.purpose, damaged: error)
        case nil: throw KernelError(request.purpose, .lost, detail: "the kernel's answer found no room")
        }
    }

    private func acknowledgement(of sequence: UInt32, in datagram: RawSpan) -> Result<Refusal?, DecodeError>? {
        var cursor = MessageCursor()
        guard let message = try? cursor.next(in: datagram), Int32(message.type) == NLMSG_ERROR,
            message.sequence == sequence
        else { return nil }
        return Result { () throws(DecodeError) in try Refusal(endingWith: message, in: datagram) }
    }
}
