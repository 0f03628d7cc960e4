import Addresses
import Glibc
import Netlink
import SystemPackage

/// Sends whole packets from the director's namespace, as its own sockets do: they begin at LOCAL_OUT (`raw_send_hdrinc`, net/ipv4/raw.c;
/// `rawv6_send_hdrinc`, net/ipv6/raw.c).
final class OwnSender {
    private var sockets: [Way: FileDescriptor] = [:]

    /// What routing asks of a socket.
    enum Way: Hashable {
        /// The address that it is bound to, as policy rules may ask for it.
        case from(IPAddress)
        /// The interface of its multicasts (`IP_MULTICAST_IF`).
        case multicast(by: String, IPAddress.Family)
    }

    private static let purpose = "send packets as the director"

    deinit { for socket in sockets.values { try? socket.close() } }

    /// In the network namespace of the calling thread.
    ///
    /// - Returns: why it was not sent; nil if it was, whatever rules made of it.
    func send(_ packet: [UInt8], _ way: Way, to target: IPAddress) -> String? {
        let socket: FileDescriptor
        do throws(KernelError) { socket = try self.socket(way, target.family) } catch { return error.description }
        var address = Self.address(target)
        let count = packet.withUnsafeBytes { bytes in
            address.withUnsafeMutableBytes { address in
                sendto(
                    socket.rawValue, bytes.baseAddress, bytes.count, 0,
                    address.assumingMemoryBound(to: sockaddr.self).baseAddress, socklen_t(address.count))
            }
        }
        let failure = Errno(rawValue: errno)
        // What a rule drops is not permitted (`NF_DROP_GETERR`, net/netfilter/core.c, `nf_hook_slow`).
        return count < 0 && failure != .notPermitted ? "the director cannot send it: \(failure)" : nil
    }

    private func socket(_ way: Way, _ family: IPAddress.Family) throws(KernelError) -> FileDescriptor {
        if let known = sockets[way] { return known }
        // IPPROTO_RAW: packets come with their headers (raw(7); `inet6_create`, net/ipv6/af_inet6.c).
        let number = Glibc.socket(
            CInt(family == .ipv4 ? AF_INET : AF_INET6), CInt(SOCK_RAW.rawValue) | CInt(SOCK_CLOEXEC.rawValue),
            CInt(IPPROTO_RAW))
        guard number >= 0 else { throw KernelError(Self.purpose, Errno(rawValue: errno)) }
        let made = FileDescriptor(rawValue: number)
        guard Self.set(way, family, number) == 0 else {
            let failure = KernelError(Self.purpose, Errno(rawValue: errno))
            try? made.close()
            throw failure
        }
        sockets[way] = made
        return made
    }

    private static func set(_ way: Way, _ family: IPAddress.Family, _ socket: CInt) -> CInt {
        switch way {
        case .from(let source):
            var address = address(source)
            return address.withUnsafeMutableBytes { bytes in
                bind(socket, bytes.assumingMemoryBound(to: sockaddr.self).baseAddress, socklen_t(bytes.count))
            }
        case .multicast(let name, _):
            let index = if_nametoindex(name)
            if family == .ipv6 {
                return setsockopt(
                    socket, CInt(IPPROTO_IPV6), IPV6_MULTICAST_IF, [index],
                    socklen_t(MemoryLayout<UInt32>.size))
            }
            var request = ip_mreqn()
            request.imr_ifindex = CInt(bitPattern: index)
            return setsockopt(
                socket, CInt(IPPROTO_IP), IP_MULTICAST_IF, &request, socklen_t(MemoryLayout<ip_mreqn>.size))
        }
    }

    /// `struct sockaddr_in`, `sockaddr_in6`; without a port.
    private static func address(_ address: IPAddress) -> [UInt8] {
        let family = UInt16(address.family == .ipv4 ? AF_INET : AF_INET6)
        let head = withUnsafeBytes(of: family, Array.init) + [0, 0]
        return address.family == .ipv4
            ? head + address.networkBytes + [UInt8](repeating: 0, count: 8)
            : head + [0, 0, 0, 0] + address.networkBytes + [0, 0, 0, 0]
    }
}
