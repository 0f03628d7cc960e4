import Addresses
import Glibc
import Netlink
import SystemPackage

/// Sends whole packets from the director's namespace, as its own sockets do: they begin at LOCAL_OUT (`raw_send_hdrinc`, net/ipv4/raw.c;
/// `rawv6_send_hdrinc`, net/ipv6/raw.c).
final class OwnSender {
    /// By the address that they send from, as policy rules may ask for it.
    private var sockets: [IPAddress: FileDescriptor] = [:]

    private static let purpose = "send packets as the director"

    deinit { for socket in sockets.values { try? socket.close() } }

    /// In the network namespace of the calling thread.
    ///
    /// - Returns: why it was not sent; nil if it was, whatever rules made of it.
    func send(_ packet: [UInt8], from source: IPAddress, to target: IPAddress) -> String? {
        let socket: FileDescriptor
        do throws(KernelError) { socket = try self.socket(for: source) } catch { return error.description }
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

    private func socket(for source: IPAddress) throws(KernelError) -> FileDescriptor {
        if let known = sockets[source] { return known }
        let family = CInt(source.family == .ipv4 ? AF_INET : AF_INET6)
        // IPPROTO_RAW: packets come with their headers (raw(7); `inet6_create`, net/ipv6/af_inet6.c).
        let number = Glibc.socket(family, CInt(SOCK_RAW.rawValue) | CInt(SOCK_CLOEXEC.rawValue), CInt(IPPROTO_RAW))
        guard number >= 0 else { throw KernelError(Self.purpose, Errno(rawValue: errno)) }
        var address = Self.address(source)
        let status = address.withUnsafeMutableBytes { bytes in
            bind(number, bytes.assumingMemoryBound(to: sockaddr.self).baseAddress, socklen_t(bytes.count))
        }
        guard status == 0 else {
            let failure = KernelError(Self.purpose, Errno(rawValue: errno))
            close(number)
            throw failure
        }
        let made = FileDescriptor(rawValue: number)
        sockets[source] = made
        return made
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
