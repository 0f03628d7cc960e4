import Addresses

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
