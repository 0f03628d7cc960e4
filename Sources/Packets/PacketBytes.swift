import Addresses

/// IP packets as bytes, with correct lengths and checksums: conntrack verifies them at PRE_ROUTING, and a wrong one
/// makes a packet INVALID. One file per protocol.
package enum PacketBytes {
    /// An IPv4 or IPv6 packet without options or extension headers.
    ///
    /// - Parameter hopLimit: must be 255 for neighbour discovery.
    package static func ip(
        _ protocol: IPProtocol, _ payload: [UInt8], from source: IPAddress, to destination: IPAddress,
        hopLimit: UInt8 = 64
    ) -> [UInt8] {
        header(`protocol`, payload.count, from: source, to: destination, hopLimit: hopLimit) + payload
    }

    /// Just the header of a packet with this many bytes after it.
    package static func header(
        _ protocol: IPProtocol, _ length: Int, from source: IPAddress, to destination: IPAddress, hopLimit: UInt8 = 64
    ) -> [UInt8] {
        let addresses = source.networkBytes + destination.networkBytes
        guard source.family == .ipv4 else {
            return [0x60, 0, 0, 0] + big(UInt16(length)) + [`protocol`.rawValue, hopLimit] + addresses
        }
        // Don't fragment.
        let start: [UInt8] =
            [0x45, 0] + big(UInt16(20 + length)) + [0, 0, 0x40, 0, hopLimit, `protocol`.rawValue, 0, 0]
        return filled(start + addresses, at: 10, with: InternetChecksum())
    }

    /// The payload of a transport whose checksum also covers the addresses, with the checksum filled in.
    static func transport(
        _ protocol: IPProtocol, _ payload: [UInt8], checksumAt offset: Int, from source: IPAddress,
        to destination: IPAddress
    ) -> [UInt8] {
        var sum = InternetChecksum()
        sum.add(source.networkBytes + destination.networkBytes)
        sum.add([0, `protocol`.rawValue] + big(UInt16(payload.count)))
        return filled(payload, at: offset, with: sum)
    }

    /// The bytes with their checksum written where the zeros are.
    static func filled(_ bytes: [UInt8], at offset: Int, with begun: InternetChecksum) -> [UInt8] {
        var (bytes, sum) = (bytes, begun)
        sum.add(bytes)
        // In UDP a checksum of 0 says that there is none (RFC 768).
        bytes.replaceSubrange(offset..<offset + 2, with: big(sum.value == 0 ? 0xFFFF : sum.value))
        return bytes
    }

    /// A number in network byte order.
    package static func big<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
        withUnsafeBytes(of: number.bigEndian, Array.init)
    }
}

extension PacketBytes {
    /// A TCP segment without options or data.
    ///
    /// - Parameter flags: the flag byte (RFC 9293, section 3.1).
    package static func tcp(
        _ flags: UInt8, sequence: UInt32 = 1, acknowledgement: UInt32 = 0, from source: Endpoint,
        to destination: Endpoint
    ) -> [UInt8] {
        let ports = big(source.port) + big(destination.port)
        // A header of 5 words, a window, no checksum yet, no urgent data.
        let rest: [UInt8] = [0x50, flags, 0x20, 0, 0, 0, 0, 0]
        let segment = transport(
            .tcp, ports + big(sequence) + big(acknowledgement) + rest, checksumAt: 16, from: source.address,
            to: destination.address)
        return ip(.tcp, segment, from: source.address, to: destination.address)
    }
}

extension PacketBytes {
    /// A datagram with four bytes of data.
    package static func udp(from source: Endpoint, to destination: Endpoint, hopLimit: UInt8 = 64) -> [UInt8] {
        datagram(.udp, from: source, to: destination, hopLimit: hopLimit)
    }

    /// With a checksum over all of it, which makes it UDP except for the protocol number (RFC 3828).
    package static func udplite(from source: Endpoint, to destination: Endpoint) -> [UInt8] {
        datagram(.udplite, from: source, to: destination)
    }

    private static func datagram(
        _ protocol: IPProtocol, from source: Endpoint, to destination: Endpoint, hopLimit: UInt8 = 64
    ) -> [UInt8] {
        let data = Array("data".utf8)
        let header = big(source.port) + big(destination.port) + big(UInt16(8 + data.count)) + [0, 0]
        let datagram = transport(
            `protocol`, header + data, checksumAt: 6, from: source.address, to: destination.address)
        return ip(`protocol`, datagram, from: source.address, to: destination.address, hopLimit: hopLimit)
    }
}

extension PacketBytes {
    /// An SCTP packet with these chunks (RFC 9260).
    ///
    /// - Parameter tag: the verification tag of the common header.
    /// - Parameter initiateTag: the tag requested by INIT (1) and INIT ACK (2) chunks.
    package static func sctp(
        chunks: [UInt8], tag: UInt32, initiateTag: UInt32 = 0, from source: Endpoint, to destination: Endpoint
    ) -> [UInt8] {
        let header = big(source.port) + big(destination.port) + big(tag)
        let body = chunks.flatMap { chunk($0, initiateTag) }
        let sum = CRC32C.of(header + [0, 0, 0, 0] + body)
        // The only little-endian number in a packet.
        let packet = header + big(sum.byteSwapped) + body
        return ip(.sctp, packet, from: source.address, to: destination.address)
    }

    private static func chunk(_ type: UInt8, _ initiateTag: UInt32) -> [UInt8] {
        // INIT and INIT ACK: the tag, a window, outbound and inbound streams, the initial TSN. Other chunks: arbitrary
        // data.
        let isInitiation = type == 1 || type == 2
        let value =
            isInitiation
            ? big(initiateTag) + [0, 0, 0x20, 0, 0, 1, 0, 1, 0, 0, 0, 1] : [UInt8](repeating: 1, count: 12)
        return [type, 0] + big(UInt16(4 + value.count)) + value
    }
}

extension PacketBytes {
    /// An ICMP message, or an ICMPv6 one between IPv6 addresses.
    ///
    /// - Parameter rest: what follows the checksum: for a query the identifier and a number, for an error four bytes
    ///   and the quoted packet.
    package static func icmp(
        type: UInt8, code: UInt8, _ rest: [UInt8], from source: IPAddress, to destination: IPAddress
    ) -> [UInt8] {
        let bare = [type, code, 0, 0] + rest
        guard source.family == .ipv6 else {
            return ip(.icmp, filled(bare, at: 2, with: InternetChecksum()), from: source, to: destination)
        }
        let message = transport(.icmpv6, bare, checksumAt: 2, from: source, to: destination)
        return ip(.icmpv6, message, from: source, to: destination, hopLimit: 255)
    }

    /// What follows the checksum of an ICMPv6 redirect for a packet (RFC 4861, section 4.5): the target, the
    /// destination, and the option that carries the packet.
    package static func redirect(about packet: [UInt8], target: IPAddress, destination: IPAddress) -> [UInt8] {
        let padded = packet + [UInt8](repeating: 0, count: (8 - packet.count % 8) % 8)
        let option: [UInt8] = [4, UInt8(1 + padded.count / 8), 0, 0, 0, 0, 0, 0]
        return [0, 0, 0, 0] + target.networkBytes + destination.networkBytes + option + padded
    }
}

extension PacketBytes {
    /// A DCCP packet with long sequence numbers, and room for the acknowledgement and options of any type (RFC 4340, section 5.1).
    package static func dccp(
        type: UInt8, sequence: UInt32, acknowledgement: UInt32, from source: Endpoint, to destination: Endpoint
    ) -> [UInt8] {
        let ports = big(source.port) + big(destination.port)
        // A header of 8 words, a checksum over all of it, extended sequence numbers.
        let rest: [UInt8] = [8, 0, 0, 0, type << 1 | 1, 0, 0, 0] + big(sequence)
        let numbers: [UInt8] = [0, 0, 0, 0] + big(acknowledgement) + [UInt8](repeating: 0, count: 8)
        let packet = transport(
            .dccp, ports + rest + numbers, checksumAt: 6, from: source.address, to: destination.address)
        return ip(.dccp, packet, from: source.address, to: destination.address)
    }
}
