import CNetlink
import Glibc
import SystemPackage

/// An open netlink socket over libmnl, closed in deinit. It belongs to the network namespace of the thread that opened it.
struct NetlinkHandle: ~Copyable {
    let pointer: OpaquePointer

    /// Needs no privilege; most requests over it do.
    init(_ bus: Request.Bus, for purpose: String) throws(KernelError) {
        guard let pointer = mnl_socket_open2(CInt(bus.rawValue), CInt(SOCK_CLOEXEC.rawValue)) else {
            throw KernelError(purpose, .last)
        }
        guard mnl_socket_bind(pointer, 0, MNL_SOCKET_AUTOPID) == 0 else {
            let errno = Errno.last
            mnl_socket_close(pointer)
            throw KernelError(purpose, errno)
        }
        self.pointer = pointer
    }

    deinit { mnl_socket_close(pointer) }

    var descriptor: CInt { mnl_socket_get_fd(pointer) }

    borrowing func send(_ message: [UInt8], for purpose: String) throws(KernelError) {
        var sent = -1
        repeat {
            sent = message.withUnsafeBytes { mnl_socket_sendto(pointer, $0.baseAddress, $0.count) }
        } while sent < 0 && Errno.last == .interrupted
        guard sent == message.count else { throw KernelError(purpose, .last) }
    }
}

extension Errno {
    /// The errno of the last C library call on this thread.
    package static var last: Errno { Errno(rawValue: Glibc.errno) }
}

/// Additional operations for subscriptions.
extension NetlinkHandle {
    /// Membership needs CAP_NET_ADMIN, as nfnetlink admits nobody else to its groups (`NL_CFG_F_NONROOT_RECV` is not set).
    borrowing func join(_ group: UInt32, for purpose: String) throws(KernelError) {
        var group = group
        let size = socklen_t(MemoryLayout<UInt32>.size)
        guard mnl_socket_setsockopt(pointer, NETLINK_ADD_MEMBERSHIP, &group, size) == 0 else {
            throw KernelError(purpose, .last)
        }
    }

    /// Requests `size` bytes of receive buffer, forced if permitted, and returns the actual size.
    borrowing func growBuffer(to size: Int) -> Int { grow(SO_RCVBUF, SO_RCVBUFFORCE, to: size) }

    /// The same for what is sent.
    @discardableResult
    borrowing func growSendBuffer(to size: Int) -> Int { grow(SO_SNDBUF, SO_SNDBUFFORCE, to: size) }

    private borrowing func grow(_ option: CInt, _ forced: CInt, to size: Int) -> Int {
        var wanted = CInt(clamping: size)
        var length = socklen_t(MemoryLayout<CInt>.size)
        if setsockopt(descriptor, SOL_SOCKET, forced, &wanted, length) != 0 {
            setsockopt(descriptor, SOL_SOCKET, option, &wanted, length)
        }
        var got: CInt = 0
        getsockopt(descriptor, SOL_SOCKET, option, &got, &length)
        return Int(got)
    }
}
