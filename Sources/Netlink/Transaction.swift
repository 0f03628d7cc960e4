import CNetlink
import SystemPackage

/// Messages to an nfnetlink subsystem as one transaction: the kernel accepts all of them, or none (`nfnetlink_rcv_batch`,
/// net/netfilter/nfnetlink.c).
package enum Transaction {
    /// With more messages than this, their refusals may not fit into the receive buffer of an ordinary user's socket.
    package static let mostMessages = 256
    /// With more bytes than this, they may not fit into the send buffer.
    package static let mostBytes = 128 << 10

    /// Over a socket of its own; see `TransactionSocket.send`.
    package static func send(
        _ messages: [Request], to subsystem: Int32, for purpose: String
    ) throws(KernelError) -> [Int: KernelError] {
        try TransactionSocket(subsystem, for: purpose).send(messages, for: purpose)
    }
}

/// A socket for transactions, in the network namespace of the thread that made it. The kernel lets what is made over it belong to it: an
/// owned table of nf_tables is gone when it is closed, in deinit or with the program; no program that we start gets it.
///
/// Belongs to one thread at a time.
package final class TransactionSocket {
    private let socket: NetlinkSocket
    private let subsystem: Int32
    /// Of the last message: what is left of an answer is not taken for the next one's.
    private var sequence: UInt32 = 0

    /// Needs no privilege; transactions do.
    ///
    /// - Parameter purpose: what is requested, to follow "cannot".
    package init(_ subsystem: Int32, for purpose: String) throws(KernelError) {
        self.subsystem = subsystem
        socket = try NetlinkSocket(.netfilter, for: purpose)
        _ = socket.handle.growBuffer(to: 4 << 20)
    }

    /// Blocks until the kernel has accepted or refused them. Needs CAP_NET_ADMIN in the user namespace that owns the network namespace.
    ///
    /// - Returns: why it refused which, by position; empty if it accepted all of them.
    /// - Throws: if it refused the transaction as a whole, or its answer did not come.
    package func send(_ messages: [Request], for purpose: String) throws(KernelError) -> [Int: KernelError] {
        guard let last = messages.last else { return [:] }
        let first = sequence &+ 2
        var bytes = mark(NFNL_MSG_BATCH_BEGIN)
        for message in messages.dropLast() { bytes += message.message(sequence: next()) }
        // Of the others only a refusal is reported; the answers come in the order of the messages.
        bytes += last.acknowledged.message(sequence: next())
        bytes += mark(NFNL_MSG_BATCH_END)
        // A message must fit into it as a whole (netlink_sendmsg, net/netlink/af_netlink.c).
        socket.handle.growSendBuffer(to: max(4 << 20, bytes.count + 4096))
        try socket.handle.send(bytes, for: purpose)
        var refusals: [Int: KernelError] = [:]
        while try !receive(messages, from: first, purpose, into: &refusals) {}
        return refusals
    }

    /// The same, for messages of which none may be refused.
    ///
    /// - Throws: also the first refusal of a message, as that of the whole.
    package func sendAll(_ messages: [Request], for purpose: String) throws(KernelError) {
        let refusals = try send(messages, for: purpose)
        guard let (position, refusal) = refusals.min(by: { $0.key < $1.key }) else { return }
        var error = refusal
        error.asked = purpose
        error.detail = [messages[position].purpose, refusal.detail].compactMap(\.self).joined(separator: ": ")
        throw error
    }

    private func next() -> UInt32 {
        sequence &+= 1
        return sequence
    }

    private func mark(_ message: Int32) -> [UInt8] {
        let request = Request.netfilter(
            "mark a transaction", subsystem: 0, message: UInt32(message), flags: 0, resource: UInt16(subsystem))
        return request.message(sequence: next())
    }

    /// - Returns: whether the answer to the last message was among them.
    private func receive(
        _ messages: [Request], from first: UInt32, _ purpose: String, into refusals: inout [Int: KernelError]
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
                // One before the first is that of the transaction; what is left of an earlier one is before that.
                let position = Int(Int32(bitPattern: message.sequence &- first))
                guard position >= -1 else { continue }
                if messages.indices.contains(position) {
                    let message = messages[position]
                    refusals[position] = refusal?.error(asked: message.purpose)
                    refusals[position]?.rejected = refusal?.offset.flatMap(message.attribute)
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
