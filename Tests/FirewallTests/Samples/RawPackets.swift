import Addresses
import Foundation
import TestSupport

/// Sends packets from lo to lo whose transport header the test writes. Most checksums are left out: the namespace must not look at
/// them.
enum RawPackets {
    static func send(_ protocol: IPProtocol, _ header: [UInt8], to address: IPAddress) throws {
        let isIPv4 = address.family == .ipv4
        let descriptor = socket(isIPv4 ? AF_INET : AF_INET6, CInt(SOCK_RAW.rawValue), CInt(`protocol`.rawValue))
        guard descriptor >= 0 else { throw SystemFailure("socket", errno: errno) }
        defer { close(descriptor) }
        if !isIPv4, `protocol` == .udp {
            // UDP over IPv6 is not received without one.
            var offsetOfChecksum: CInt = 6
            setsockopt(descriptor, CInt(IPPROTO_IPV6), IPV6_CHECKSUM, &offsetOfChecksum, 4)
        }
        let target = [UInt8](unsafeUninitializedCapacity: 28) { buffer, count in
            buffer.initialize(repeating: 0)
            buffer[0] = UInt8(isIPv4 ? AF_INET : AF_INET6)
            for (offset, byte) in address.networkBytes.enumerated() { buffer[(isIPv4 ? 4 : 8) + offset] = byte }
            count = isIPv4 ? 16 : 28
        }
        let sent = target.withUnsafeBytes { bytes in
            sendto(
                descriptor, header, header.count, 0, bytes.assumingMemoryBound(to: sockaddr.self).baseAddress,
                socklen_t(bytes.count))
        }
        guard sent == header.count else { throw SystemFailure("sendto", errno: errno) }
    }

    static func tcp(_ source: UInt16, _ destination: UInt16, flags: UInt8) -> [UInt8] {
        ports(source, destination) + [0, 0, 0, 1, 0, 0, 0, 2, 0x50, flags, 1, 0, 0, 0, 0, 0]
    }

    static func udp(_ source: UInt16, _ destination: UInt16) -> [UInt8] { ports(source, destination) + [0, 8, 0, 0] }

    /// An ICMP or ICMPv6 error about a TCP segment.
    static func error(type: UInt8, code: UInt8, about flow: (from: Endpoint, to: Endpoint)) -> [UInt8] {
        let embedded = ports(flow.from.port, flow.to.port) + [0, 0, 0, 1, 0, 0, 0, 2, 0x50, 0x10, 1, 0, 0, 0, 0, 0]
        let addresses = flow.from.address.networkBytes + flow.to.address.networkBytes
        let header: [UInt8] =
            flow.from.address.family == .ipv4
            ? [0x45, 0, 0, 40, 0, 0, 0x40, 0, 64, 6, 0, 0] : [0x60, 0, 0, 0, 0, 20, 6, 64]
        return [type, code, 0, 0, 0, 0, 0x05, 0x14] + header + addresses + embedded
    }

    private static func ports(_ source: UInt16, _ destination: UInt16) -> [UInt8] {
        [source, destination].flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
    }
}
