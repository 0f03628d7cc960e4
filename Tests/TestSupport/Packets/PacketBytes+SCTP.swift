import Addresses

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
