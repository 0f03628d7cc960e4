import CNetlink
import Glibc
import SystemPackage

/// A socket for requests and their answers; waits for answers, but not forever.
struct NetlinkSocket: ~Copyable {
    /// For `Readahead`, which ends before the socket does.
    let handle: NetlinkHandle

    /// 32 KiB is the most the kernel puts into a datagram of a dump (`netlink_dump`, net/netlink/af_netlink.c); measurements showed no gain from more.
    static let datagramSize = 32 << 10

    /// The longest wait for one datagram, in seconds. Dumping an empty hash table takes a quarter of a second at a million buckets; a
    /// swapping machine takes longer.
    private static let patience = 60

    init(_ bus: Request.Bus, for purpose: String) throws(KernelError) {
        handle = try NetlinkHandle(bus, for: purpose)
        // Kernels without one of these (before 4.12) refuse it and answer without the message: good enough.
        enable(NETLINK_EXT_ACK)
        enable(NETLINK_CAP_ACK)
        // rtnetlink heeds a dump's conditions (a routing table) only then; kernels before 4.20 send everything.
        if bus == .route { enable(NETLINK_GET_STRICT_CHK) }
        var limit = timeval(tv_sec: Self.patience, tv_usec: 0)
        setsockopt(handle.descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    }

    private func enable(_ option: CInt) {
        var on: CInt = 1
        mnl_socket_setsockopt(handle.pointer, option, &on, socklen_t(MemoryLayout<CInt>.size))
    }

    /// Blocks for the next datagram and returns its size.
    borrowing func receive(
        into buffer: UnsafeMutableRawBufferPointer, for purpose: String
    ) throws(KernelError) -> Int {
        try Self.receive(over: handle.pointer, into: buffer, for: purpose)
    }

    /// Blocks for the next datagram.
    borrowing func receive(for purpose: String) throws(KernelError) -> [UInt8] {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.datagramSize, alignment: 16)
        defer { buffer.deallocate() }
        return Array(buffer.prefix(try receive(into: buffer, for: purpose)))
    }

    static func receive(
        over handle: OpaquePointer, into buffer: UnsafeMutableRawBufferPointer, for purpose: String
    ) throws(KernelError) -> Int {
        while true {
            let count = mnl_socket_recvfrom(handle, buffer.baseAddress, buffer.count)
            if count >= 0 { return count }
            switch Errno.last {
            case .interrupted: continue
            case .wouldBlock:
                throw KernelError(purpose, .failed, detail: "the kernel did not answer within \(patience) s")
            case .noSpace:
                throw KernelError(purpose, .damaged, detail: "an answer of more than \(buffer.count) bytes")
            case let errno: throw KernelError(purpose, errno)
            }
        }
    }
}
