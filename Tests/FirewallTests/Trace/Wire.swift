import Foundation
import TestSupport

/// A veth pair in the calling thread's namespace: what is sent into one end arrives at the other as if from outside, with every hook
/// before it. The namespace has 10.0.0.100 and fd00::100.
final class Wire {
    static let prefix: [UInt8] = [2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1]
    private let socket: CInt
    private let outside: CInt

    init() throws {
        try Tool.run("ip link set lo up")
        try Tool.run("ip link add outside type veth peer name inside address 02:00:00:00:00:02")
        for name in ["outside", "inside"] {
            try Tool.run("sysctl -w net.ipv4.conf.\(name).rp_filter=0")
            try Tool.run("ip link set \(name) up")
        }
        try Tool.run("sysctl -w net.ipv4.conf.all.rp_filter=0")
        try Tool.run("ip addr add 10.0.0.100/24 dev inside")
        try Tool.run("ip addr add fd00::100/64 dev inside nodad")
        outside = CInt(bitPattern: if_nametoindex("outside"))
        socket = Foundation.socket(AF_PACKET, CInt(SOCK_RAW.rawValue), 0)
        guard socket >= 0 else { throw SystemFailure("socket(AF_PACKET)", errno: errno) }
    }

    deinit { close(socket) }

    /// - Parameter packet: begins at the IP header.
    func send(_ packet: [UInt8]) throws {
        let type: [UInt8] = packet.first.map { $0 >> 4 } == 4 ? [0x08, 0x00] : [0x86, 0xDD]
        let frame = Self.prefix + type + packet
        // struct sockaddr_ll (packet(7)): family, protocol, interface; the rest does not matter.
        var address = [UInt8](repeating: 0, count: 20)
        address.replaceSubrange(0..<2, with: withUnsafeBytes(of: UInt16(AF_PACKET)) { Array($0) })
        address.replaceSubrange(4..<8, with: withUnsafeBytes(of: outside) { Array($0) })
        let sent = address.withUnsafeBytes { address in
            sendto(
                socket, frame, frame.count, 0, address.assumingMemoryBound(to: sockaddr.self).baseAddress,
                socklen_t(address.count))
        }
        guard sent == frame.count else { throw SystemFailure("sendto", errno: errno) }
    }
}
