import CNetlink
import SystemPackage

/// Messages to an nfnetlink subsystem as one transaction: the kernel accepts all of them, or none (`nfnetlink_rcv_batch`,
/// net/netfilter/nfnetlink.c).
package struct Transaction: ~Copyable {
    private let socket: NetlinkSocket
    private let subsystem: Int32
    private let purpose: String

    /// With more messages than this, their refusals may not fit into the receive buffer of an ordinary user's socket.
    package static let mostMessages = 256
    /// With more bytes than this, they may not fit into the send buffer.
    package static let mostBytes = 128 << 10

    /// Belongs to the network namespace of the calling thread.
    private init(_ subsystem: Int32, for purpose: String) throws(KernelError) {
        self.subsystem = subsystem
        self.purpose = purpose
        socket = try NetlinkSocket(.netfilter, for: purpose)
        _ = socket.handle.growBuffer(to: 4 << 20)
        socket.handle.growSendBuffer(to: 4 << 20)
    }

    /// Blocks until the kernel has accepted or refused them. Needs CAP_NET_ADMIN in the user namespace that owns the network namespace.
    ///
    /// - Parameter purpose: what is requested, to follow "cannot".
    /// - Returns: why it refused which, by position; empty if it accepted all of them.
    /// - Throws: if it refused the transaction as a whole, or its answer did not come.
    package static func send(
        _ messages: [Request], to subsystem: Int32, for purpose: String
    ) throws(KernelError) -> [Int: KernelError] {
        // A socket each: what is left of an answer does not reach the next one.
        try Transaction(subsystem, for: purpose).send(messages)
    }

    private borrowing func send(_ messages: [Request]) throws(KernelError) -> [Int: KernelError] {
        guard let last = messages.last else { return [:] }
        var bytes = mark(NFNL_MSG_BATCH_BEGIN, sequence: 0)
        for (position, message) in messages.dropLast().enumerated() {
            bytes += message.message(sequence: UInt32(position + 1))
        }
        // Of the others only a refusal is reported; the answers come in the order of the messages.
        bytes += last.acknowledged.message(sequence: UInt32(messages.count))
        bytes += mark(NFNL_MSG_BATCH_END, sequence: UInt32(messages.count + 1))
        try socket.handle.send(bytes, for: purpose)
        var refusals: [Int: KernelError] = [:]
        while try !receive(messages, into: &refusals) {}
        return refusals
    }

    private borrowing func mark(_ message: Int32, sequence: UInt32) -> [UInt8] {
        let request = Request.netfilter(
            purpose, subsystem: 0, message: UInt32(message), flags: 0, resource: UInt16(subsystem))
        return request.message(sequence: sequence)
    }

    /// - Returns: whether the answer to the last message was among them.
    private borrowing func receive(
        _ messages: [Request], into refusals: inout [Int: KernelError]
    ) throws(KernelError) -> Bool {
        let datagram = try socket.receive(for: purpose)
        let bytes = datagram.span.bytes
        var isLast = false
        var whole: KernelError?
        do throws(DecodeError) {
            var cursor = MessageCursor()
            while let message = try cursor.next(in: bytes) {
                guard Int32(message.type) == NLMSG_ERROR else { continue }
                let refusal = try Refusal(endingWith: message, in: bytes)
                let position = Int(message.sequence) - 1
                if messages.indices.contains(position) {
                    refusals[position] = refusal?.error(asked: messages[position].purpose)
                } else {
                    whole = whole ?? refusal?.error(asked: purpose)
                }
                isLast = isLast || position == messages.count - 1
            }
        } catch {
            throw KernelError(purpose, damaged: error)
        }
        if let whole { throw whole }
        return isLast
    }
}
