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
        bytes.replaceSubrange(offset..<offset + 2, with: big(sum.value))
        return bytes
    }

    /// A number in network byte order.
    package static func big<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
        withUnsafeBytes(of: number.bigEndian, Array.init)
    }
}
