import CNetlink
import Glibc
import SystemPackage

/// A netlink socket over libmnl, closed when it goes. It belongs to the network namespace of the thread that opened it.
struct NetlinkSocket: ~Copyable {
    /// For `Readahead`, which ends before the socket does.
    let handle: OpaquePointer

    /// 32 KiB is what the kernel fills at most in a dump (`netlink_dump`, net/netlink/af_netlink.c); more was measured to gain nothing.
    static let datagramSize = 32 << 10

    /// The longest that one answer may keep us waiting. A dump of the whole hash table with nothing in it takes
    /// a quarter of a second at a million buckets; a machine that swaps takes longer.
    private static let patience = 60

    /// Needs no privilege; what is asked over it mostly does.
    init(_ bus: Request.Bus, for purpose: String) throws(KernelError) {
        guard let handle = mnl_socket_open2(CInt(bus.rawValue), CInt(SOCK_CLOEXEC.rawValue)) else {
            throw KernelError(purpose, .last)
        }
        guard mnl_socket_bind(handle, 0, MNL_SOCKET_AUTOPID) == 0 else {
            let errno = Errno.last
            mnl_socket_close(handle)
            throw KernelError(purpose, errno)
        }
        self.handle = handle
        // Kernels without one of these (before 4.12) refuse it and answer without the words: good enough.
        enable(NETLINK_EXT_ACK)
        enable(NETLINK_CAP_ACK)
        var limit = timeval(tv_sec: Self.patience, tv_usec: 0)
        setsockopt(
            mnl_socket_get_fd(handle), SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit { mnl_socket_close(handle) }

    private func enable(_ option: CInt) {
        var on: CInt = 1
        mnl_socket_setsockopt(handle, option, &on, socklen_t(MemoryLayout<CInt>.size))
    }

    borrowing func send(_ message: [UInt8], for purpose: String) throws(KernelError) {
        var sent = -1
        repeat {
            sent = message.withUnsafeBytes { mnl_socket_sendto(handle, $0.baseAddress, $0.count) }
        } while sent < 0 && Errno.last == .interrupted
        guard sent == message.count else { throw KernelError(purpose, .last) }
    }

    /// Blocks for the next datagram and returns its size.
    borrowing func receive(
        into buffer: UnsafeMutableRawBufferPointer, for purpose: String
    ) throws(KernelError) -> Int {
        try Self.receive(over: handle, into: buffer, for: purpose)
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

extension Errno {
    /// What the last call to the C library left in errno on this thread.
    static var last: Errno { Errno(rawValue: Glibc.errno) }
}
