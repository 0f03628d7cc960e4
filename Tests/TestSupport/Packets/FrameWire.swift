import Glibc

/// A veth pair in the calling thread's namespace: packets sent into it arrive as if from outside.
///
/// Both ends are in one namespace: what a packet socket sends passes no netfilter hook on its way out, so the sender
/// needs no namespace of its own.
package final class FrameWire {
    /// Where the packets arrive.
    package static let interface = "wire0"
    private static let farEnd = "wire1"

    private let sender: CInt
    private let watcher: CInt
    private var sent = 0
    private var arrived = 0
    private var unsettled = 0

    /// Creates the pair of devices in the namespace of the calling thread; needs root.
    package init() throws {
        let (near, far) = (Self.interface, Self.farEnd)
        try Tool.run("ip link set lo up")
        try Tool.run(
            "ip link add \(near) address 02:00:00:00:00:01 type veth peer name \(far) address 02:00:00:00:00:02")
        // Anything that the far end sends on its own would arrive too.
        try Tool.run("sysctl -w net.ipv6.conf.\(far).disable_ipv6=1")
        // Packets may come from anywhere, even if the return route differs.
        for name in ["all", near] { try Tool.run("sysctl -w net.ipv4.conf.\(name).rp_filter=0") }
        try Tool.run("ip link set \(near) up")
        try Tool.run("ip link set \(far) up")
        // Protocol 0: it receives nothing.
        sender = try Self.packetSocket(on: far, protocol: 0)
        watcher = try Self.packetSocket(on: near, protocol: UInt16(0x0003))
        var yes: CInt = 1
        guard setsockopt(watcher, Self.solPacket, Self.packetIgnoreOutgoing, &yes, 4) == 0 else {
            throw SystemFailure("setsockopt(PACKET_IGNORE_OUTGOING)", errno: errno)
        }
    }

    deinit {
        close(sender)
        close(watcher)
    }

    /// Sends an IPv4 or IPv6 packet. Waits now and then, so that the kernel's queue of received packets
    /// (`net.core.netdev_max_backlog`, 1000) never overflows.
    package func send(_ packet: [UInt8]) throws {
        let isIPv4 = packet.first.map { $0 >> 4 == 4 } ?? false
        let frame: [UInt8] =
            [2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2] + (isIPv4 ? [0x08, 0x00] : [0x86, 0xDD]) + packet
        guard Glibc.send(sender, frame, frame.count, 0) == frame.count else {
            throw SystemFailure("send(AF_PACKET)", errno: errno)
        }
        sent += 1
        unsettled += 1
        if unsettled >= 256 { try settle() }
    }

    /// Waits until all sent packets have arrived. The last of them may still be passing through the hooks.
    package func settle() throws {
        for _ in 0..<10_000 {
            arrived += try newlyArrived()
            if arrived >= sent {
                unsettled = 0
                return
            }
            usleep(1_000)
        }
        throw Tool.Failure(description: "of \(sent) packets only \(arrived) arrived")
    }

    /// Packets seen since the last call, including those the socket had no room for.
    private func newlyArrived() throws -> Int {
        // struct tpacket_stats: packets, and how many of them were dropped.
        var counts: [UInt32] = [0, 0]
        var size = socklen_t(8)
        guard getsockopt(watcher, Self.solPacket, Self.packetStatistics, &counts, &size) == 0 else {
            throw SystemFailure("getsockopt(PACKET_STATISTICS)", errno: errno)
        }
        return Int(counts[0])
    }

    // linux/if_packet.h
    private static let solPacket: CInt = 263
    private static let packetStatistics: CInt = 6
    private static let packetIgnoreOutgoing: CInt = 23

    private static func packetSocket(on interface: String, protocol: UInt16) throws -> CInt {
        let descriptor = socket(AF_PACKET, CInt(SOCK_RAW.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw SystemFailure("socket(AF_PACKET)", errno: errno) }
        // struct sockaddr_ll: family, protocol (big-endian), interface, and 12 bytes that bind(2) ignores.
        var address = withUnsafeBytes(of: UInt16(AF_PACKET), Array.init)
        address += [UInt8(`protocol` >> 8), UInt8(`protocol` & 0xFF)]
        address += withUnsafeBytes(of: if_nametoindex(interface), Array.init) + [UInt8](repeating: 0, count: 12)
        let bound = address.withUnsafeBytes { bytes in
            bind(descriptor, bytes.assumingMemoryBound(to: sockaddr.self).baseAddress, socklen_t(bytes.count))
        }
        guard bound == 0 else {
            let number = errno
            close(descriptor)
            throw SystemFailure("bind(AF_PACKET)", errno: number)
        }
        return descriptor
    }
}
