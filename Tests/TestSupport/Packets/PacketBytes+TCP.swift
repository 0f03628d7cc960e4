import Addresses

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
