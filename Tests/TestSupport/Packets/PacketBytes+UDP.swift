import Addresses

extension PacketBytes {
    /// A datagram with four bytes of data.
    package static func udp(from source: Endpoint, to destination: Endpoint) -> [UInt8] {
        datagram(.udp, from: source, to: destination)
    }

    /// With a checksum over all of it, which makes it UDP except for the protocol number (RFC 3828).
    package static func udplite(from source: Endpoint, to destination: Endpoint) -> [UInt8] {
        datagram(.udplite, from: source, to: destination)
    }

    private static func datagram(
        _ protocol: IPProtocol, from source: Endpoint, to destination: Endpoint
    ) -> [UInt8] {
        let data = Array("data".utf8)
        let header = big(source.port) + big(destination.port) + big(UInt16(8 + data.count)) + [0, 0]
        let datagram = transport(
            `protocol`, header + data, checksumAt: 6, from: source.address, to: destination.address)
        return ip(`protocol`, datagram, from: source.address, to: destination.address)
    }
}
