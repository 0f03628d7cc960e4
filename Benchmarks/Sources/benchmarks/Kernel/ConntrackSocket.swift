import CBench
import Glibc

/// A ctnetlink socket in the namespace where it is opened. Needs CAP_NET_ADMIN.
struct ConntrackSocket: ~Copyable {
    private let descriptor: CInt

    init() throws {
        descriptor = socket(AF_NETLINK, CInt(SOCK_RAW.rawValue | SOCK_CLOEXEC.rawValue), NETLINK_NETFILTER)
        guard descriptor >= 0 else { throw Failure("socket(NETLINK_NETFILTER)", errno: errno) }
        // Room for a batch to be sent, and for as many error replies.
        for option in [SO_SNDBUFFORCE, SO_RCVBUFFORCE] {
            var size: CInt = 4 << 20
            guard setsockopt(descriptor, SOL_SOCKET, option, &size, socklen_t(MemoryLayout<CInt>.size)) == 0 else {
                let number = errno
                close(descriptor)
                throw Failure("setsockopt(SO_SNDBUFFORCE)", errno: number)
            }
        }
    }

    deinit { close(descriptor) }

    /// Sends the messages, which the kernel has processed when this returns, and empties the batch.
    /// - Throws: if the kernel refuses one. It sends no reply to messages that it accepts.
    borrowing func send(_ batch: inout MessageBatch) throws {
        guard batch.messages > 0 else { return }
        let bytes = batch.bytes
        var sent = -1
        repeat { sent = Glibc.send(descriptor, bytes.baseAddress, bytes.count, 0) } while sent < 0 && errno == EINTR
        guard sent == bytes.count else { throw Failure("send to ctnetlink", errno: errno) }
        batch.removeAll()
        try throwRefusal()
    }

    private borrowing func throwRefusal() throws {
        try withUnsafeTemporaryAllocation(byteCount: 8 << 10, alignment: 8) { buffer in
            let count = recv(descriptor, buffer.baseAddress, buffer.count, CInt(MSG_DONTWAIT))
            if count < 0 && errno == EAGAIN { return }
            guard count >= MemoryLayout<nlmsghdr>.size + MemoryLayout<CInt>.size else {
                throw Failure("receive from ctnetlink", errno: count < 0 ? errno : EBADMSG)
            }
            let header = buffer.load(as: nlmsghdr.self)
            let code = buffer.load(fromByteOffset: MemoryLayout<nlmsghdr>.size, as: CInt.self)
            guard CInt(header.nlmsg_type) == NLMSG_ERROR else { throw Failure("answer of ctnetlink", errno: EBADMSG) }
            throw Failure("message \(header.nlmsg_seq) of a batch to ctnetlink", errno: -code)
        }
    }
}
