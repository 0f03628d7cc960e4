import Addresses
import Conntrack
import Packets
import TestSupport

/// Packets from a client to 10.0.0.100 or fd00::100, of a flow unknown to conntrack, and the link that leads there.
enum CraftedPacket {
    private static let client = (
        ipv4: IPAddress(ipv4: 0x0A00_0001), ipv6: IPAddress(ipv6High: 0xFD00_0000_0000_0000, low: 1)
    )
    private static let host = (
        ipv4: IPAddress(ipv4: 0x0A00_0064), ipv6: IPAddress(ipv6High: 0xFD00_0000_0000_0000, low: 0x100)
    )

    /// In the calling thread's namespace, which gets the host's addresses.
    static func wire() throws -> FrameWire {
        let wire = try FrameWire()
        try Tool.run("ip addr add \(host.ipv4)/24 dev \(FrameWire.interface)")
        try Tool.run("ip addr add \(host.ipv6)/64 dev \(FrameWire.interface) nodad")
        return wire
    }

    static func tcp(_ flags: TCPFlags, port: UInt16 = 80, ipv6: Bool = false) -> [UInt8] {
        let ends = ends(port: port, ipv6: ipv6)
        return PacketBytes.tcp(flags.rawValue, from: ends.client, to: ends.host)
    }

    /// A router's answer to a segment that the host sent from its port 80.
    static var fragNeeded: [UInt8] { tooBig(type: 3, code: 4, quoted: 8, ipv6: false) }

    static var packetTooBig: [UInt8] { tooBig(type: 2, code: 0, quoted: 20, ipv6: true) }

    /// - Parameter quoted: the number of bytes of the segment that are quoted.
    private static func tooBig(type: UInt8, code: UInt8, quoted: Int, ipv6: Bool) -> [UInt8] {
        let (client, host) = ends(port: 80, ipv6: ipv6)
        let header = PacketBytes.header(.tcp, 1480, from: host.address, to: client.address)
        let segment = PacketBytes.tcp(TCPFlags.ack.rawValue, from: host, to: client).suffix(20)
        // The MTU, 1300, and the packet.
        let rest = [0, 0, 0x05, 0x14] + header + segment.prefix(quoted)
        return PacketBytes.icmp(type: type, code: code, rest, from: client.address, to: host.address)
    }

    private static func ends(port: UInt16, ipv6: Bool) -> (client: Endpoint, host: Endpoint) {
        let (client, host) = ipv6 ? (client.ipv6, host.ipv6) : (client.ipv4, host.ipv4)
        return (Endpoint(client, 4000), Endpoint(host, port))
    }
}
