import CNetlink
import Glibc
import SystemPackage

extension EventSocket {
    /// The netlink socket over libmnl, closed when it goes.
    struct Handle: ~Copyable {
        private let handle: OpaquePointer

        init(for purpose: String) throws(KernelError) {
            guard let handle = mnl_socket_open2(NETLINK_NETFILTER, CInt(SOCK_CLOEXEC.rawValue)) else {
                throw KernelError(purpose, .last)
            }
            guard mnl_socket_bind(handle, 0, MNL_SOCKET_AUTOPID) == 0 else {
                let errno = Errno.last
                mnl_socket_close(handle)
                throw KernelError(purpose, errno)
            }
            self.handle = handle
        }

        deinit { mnl_socket_close(handle) }

        var descriptor: CInt { mnl_socket_get_fd(handle) }

        /// Membership needs CAP_NET_ADMIN, as nfnetlink admits no one else to its groups (`NL_CFG_F_NONROOT_RECV` is not set).
        borrowing func join(_ group: UInt32, for purpose: String) throws(KernelError) {
            var group = group
            let size = socklen_t(MemoryLayout<UInt32>.size)
            guard mnl_socket_setsockopt(handle, NETLINK_ADD_MEMBERSHIP, &group, size) == 0 else {
                throw KernelError(purpose, .last)
            }
        }

        borrowing func send(_ message: [UInt8], for purpose: String) throws(KernelError) {
            var sent = -1
            repeat {
                sent = message.withUnsafeBytes { mnl_socket_sendto(handle, $0.baseAddress, $0.count) }
            } while sent < 0 && Errno.last == .interrupted
            guard sent == message.count else { throw KernelError(purpose, .last) }
        }

        /// Asks for `size` bytes of receive buffer, by force when we may, and returns what was got.
        borrowing func growBuffer(to size: Int) -> Int {
            var wanted = CInt(clamping: size)
            let length = socklen_t(MemoryLayout<CInt>.size)
            if setsockopt(descriptor, SOL_SOCKET, SO_RCVBUFFORCE, &wanted, length) != 0 {
                setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &wanted, length)
            }
            var got: CInt = 0
            var gotLength = length
            getsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &got, &gotLength)
            return Int(got)
        }
    }
}
