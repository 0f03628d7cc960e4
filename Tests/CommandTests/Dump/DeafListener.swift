import CNetlink
import Glibc
import TestSupport

/// A listener for DESTROY events that never reads and insists on delivery (`NETLINK_BROADCAST_ERROR`): when its small
/// buffer is full, the kernel keeps entries whose event it could not deliver on the dying list.
final class DeafListener {
    private let descriptor: CInt

    init() throws {
        descriptor = socket(AF_NETLINK, CInt(SOCK_RAW.rawValue) | CInt(SOCK_CLOEXEC.rawValue), NETLINK_NETFILTER)
        guard descriptor >= 0 else { throw SystemFailure("socket(NETLINK_NETFILTER)", errno: errno) }
        var address = sockaddr_nl()
        address.nl_family = sa_family_t(AF_NETLINK)
        let bound = withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_nl>.size))
            }
        }
        guard bound == 0 else { throw SystemFailure("bind", errno: errno) }
        try set(SOL_SOCKET, SO_RCVBUF, 1)
        try set(SOL_NETLINK, NETLINK_BROADCAST_ERROR, 1)
        try set(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, CInt(NFNLGRP_CONNTRACK_DESTROY.rawValue))
    }

    deinit { Glibc.close(descriptor) }

    /// Keeps the listener alive up to this point.
    func close() {}

    private func set(_ level: CInt, _ option: CInt, _ value: CInt) throws {
        let size = socklen_t(MemoryLayout<CInt>.size)
        guard withUnsafePointer(to: value, { setsockopt(descriptor, level, option, $0, size) }) == 0 else {
            throw SystemFailure("setsockopt(\(option))", errno: errno)
        }
    }
}
