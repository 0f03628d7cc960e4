import Addresses
import Conntrack

/// Packets of a flow from a client to 10.0.0.100 or fd00::100 that conntrack does not know, with right checksums: a wrong one would be
/// INVALID for that alone.
enum CraftedPacket {
    static let client = (ipv4: [10, 0, 0, 1] as [UInt8], ipv6: [0xFD] + [UInt8](repeating: 0, count: 14) + [1])
    static let host = (ipv4: [10, 0, 0, 100] as [UInt8], ipv6: [0xFD] + [UInt8](repeating: 0, count: 13) + [1, 0])

    static func tcp(_ flags: TCPFlags, port: UInt16 = 80, ipv6: Bool = false) -> [UInt8] {
        let header: [UInt8] =
            [0x0F, 0xA0] + big(port) + [0, 0, 0, 1, 0, 0, 0, 0, 0x50, flags.rawValue, 0x03, 0xE8, 0, 0, 0, 0]
        return packet(protocol: 6, header, checksumAt: 16, ipv6: ipv6)
    }

    /// A router's answer to a segment that the host sent from its port 80.
    static var fragNeeded: [UInt8] {
        let segment: [UInt8] = [0, 80, 0x0F, 0xA0, 0, 0, 0, 1]
        let embedded = ipv4(protocol: 6, length: 1500, from: host.ipv4, to: client.ipv4) + segment
        var message: [UInt8] = [3, 4, 0, 0, 0, 0, 0x05, 0x14] + embedded
        message.replaceSubrange(2..<4, with: checksum(message))
        return ipv4(protocol: 1, length: 20 + message.count, from: client.ipv4, to: host.ipv4) + message
    }

    static var packetTooBig: [UInt8] {
        let segment: [UInt8] = [0, 80, 0x0F, 0xA0, 0, 0, 0, 1] + [UInt8](repeating: 0, count: 12)
        let embedded = ipv6(protocol: 6, length: 1460, from: host.ipv6, to: client.ipv6) + segment
        return packet(protocol: 58, [2, 0, 0, 0, 0, 0, 0x05, 0x14] + embedded, checksumAt: 2, ipv6: true)
    }

    private static func packet(protocol: UInt8, _ body: [UInt8], checksumAt offset: Int, ipv6: Bool) -> [UInt8] {
        let (source, destination) = ipv6 ? (client.ipv6, host.ipv6) : (client.ipv4, host.ipv4)
        let pseudo = source + destination + [0, `protocol`] + big(UInt16(body.count))
        var body = body
        body.replaceSubrange(offset..<offset + 2, with: checksum(pseudo + body))
        let header =
            ipv6
            ? self.ipv6(protocol: `protocol`, length: body.count, from: source, to: destination)
            : ipv4(protocol: `protocol`, length: 20 + body.count, from: source, to: destination)
        return header + body
    }

    private static func ipv4(
        protocol: UInt8, length: Int, from source: [UInt8], to destination: [UInt8]
    ) -> [UInt8] {
        var header: [UInt8] =
            [0x45, 0] + big(UInt16(length)) + [0, 1, 0x40, 0, 64, `protocol`, 0, 0] + source + destination
        header.replaceSubrange(10..<12, with: checksum(header))
        return header
    }

    private static func ipv6(
        protocol: UInt8, length: Int, from source: [UInt8], to destination: [UInt8]
    ) -> [UInt8] {
        [0x60, 0, 0, 0] + big(UInt16(length)) + [`protocol`, 64] + source + destination
    }

    private static func big(_ number: UInt16) -> [UInt8] { [UInt8(number >> 8), UInt8(number & 0xFF)] }

    /// RFC 1071; all that is summed here has an even length.
    private static func checksum(_ bytes: [UInt8]) -> [UInt8] {
        var sum = stride(from: 0, to: bytes.count, by: 2).reduce(UInt32(0)) {
            $0 + UInt32(bytes[$1]) << 8 + UInt32(bytes[$1 + 1])
        }
        while sum >> 16 != 0 { sum = sum & 0xFFFF + sum >> 16 }
        return big(~UInt16(sum))
    }
}
