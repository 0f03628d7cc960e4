import Glibc

/// Packets sent by the host itself, in the calling thread's namespace: they pass the netfilter hooks on their way out.
package enum RawSocket {
    /// Sends an IPv4 or IPv6 packet unchanged; its header determines where it goes.
    package static func send(_ packet: [UInt8]) throws {
        let isIPv4 = packet.first.map { $0 >> 4 == 4 } ?? false
        // For IPPROTO_RAW the sender provides the header (raw(7)).
        let descriptor = socket(isIPv4 ? AF_INET : AF_INET6, CInt(SOCK_RAW.rawValue), CInt(IPPROTO_RAW))
        guard descriptor >= 0 else { throw SystemFailure("socket(SOCK_RAW)", errno: errno) }
        defer { close(descriptor) }
        // struct sockaddr_in and sockaddr_in6: family, port, for IPv6 a flow label, and the address.
        var address = withUnsafeBytes(of: UInt16(isIPv4 ? AF_INET : AF_INET6), Array.init) + [0, 0]
        address += isIPv4 ? packet.dropFirst(16).prefix(4) : [0, 0, 0, 0] + packet.dropFirst(24).prefix(16)
        address += [UInt8](repeating: 0, count: (isIPv4 ? 16 : 28) - address.count)
        let sent = address.withUnsafeBytes { bytes in
            sendto(
                descriptor, packet, packet.count, 0, bytes.assumingMemoryBound(to: sockaddr.self).baseAddress,
                socklen_t(bytes.count))
        }
        guard sent == packet.count else { throw SystemFailure("sendto(SOCK_RAW)", errno: errno) }
    }
}
