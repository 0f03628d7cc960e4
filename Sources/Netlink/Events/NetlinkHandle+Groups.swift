import CNetlink
import Glibc

/// What a subscription needs besides.
extension NetlinkHandle {
    /// Membership needs CAP_NET_ADMIN, as nfnetlink admits no one else to its groups (`NL_CFG_F_NONROOT_RECV` is not set).
    borrowing func join(_ group: UInt32, for purpose: String) throws(KernelError) {
        var group = group
        let size = socklen_t(MemoryLayout<UInt32>.size)
        guard mnl_socket_setsockopt(pointer, NETLINK_ADD_MEMBERSHIP, &group, size) == 0 else {
            throw KernelError(purpose, .last)
        }
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
