import Addresses
import Glibc
import Inspection
import Netlink
import SystemPackage

/// A member of a multicast group, as a sync daemon is (`join_mcast_group`, `join_mcast_group6`, net/netfilter/ipvs/ip_vs_sync.c): without one
/// the kernel drops what comes for the group before any rule at LOCAL_IN sees it (`ip_check_mc_rcu`, net/ipv4/igmp.c;
/// `ip6_mc_input`, net/ipv6/ip6_input.c).
final class GroupMember {
    private let descriptor: FileDescriptor

    /// In the network namespace of the calling thread.
    init(of group: SyncGroup) throws(KernelError) {
        let address = group.endpoint.address
        let purpose = "join the multicast group \(address) in the sandbox"
        let isIPv4 = address.family == .ipv4
        let number = socket(isIPv4 ? AF_INET : AF_INET6, CInt(SOCK_DGRAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        guard number >= 0 else { throw KernelError(purpose, Errno(rawValue: errno)) }
        descriptor = FileDescriptor(rawValue: number)
        // `struct ip_mreqn`: a group, an address that may be any, an index; `struct ipv6_mreq`: a group and an index.
        let index = withUnsafeBytes(of: if_nametoindex(group.interface), Array.init)
        let request = address.networkBytes + (isIPv4 ? [0, 0, 0, 0] : []) + index
        let status = setsockopt(
            number, CInt(isIPv4 ? IPPROTO_IP : IPPROTO_IPV6), isIPv4 ? IP_ADD_MEMBERSHIP : IPV6_JOIN_GROUP,
            request, socklen_t(request.count))
        guard status == 0 else { throw KernelError(purpose, Errno(rawValue: errno)) }
    }

    deinit { try? descriptor.close() }
}
