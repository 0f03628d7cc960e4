import Addresses
import CNetlink
import Glibc
import Netlink
import SystemPackage

/// The far end of a link of the sandbox's director: what is sent into it arrives there by that interface.
///
/// A packet socket sends past netfilter and routing (packet(7)), so the clients' namespace needs neither addresses nor routes.
final class Wire {
    private let descriptor: FileDescriptor
    private let head: [UInt8]

    /// In the clients' namespace.
    ///
    /// - Parameters:
    ///   - interface: the far end's index.
    ///   - target: the link-layer address of the near end.
    init(_ interface: Int32, to target: [UInt8]) throws(KernelError) {
        descriptor = try Self.packetSocket(on: interface)
        head = target + [2, 0, 0, 0, 0, 2]
    }

    private static func packetSocket(on interface: Int32) throws(KernelError) -> FileDescriptor {
        let purpose = "send packets into the sandbox"
        let number = socket(AF_PACKET, CInt(SOCK_RAW.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        guard number >= 0 else { throw KernelError(purpose, Errno(rawValue: errno)) }
        // struct sockaddr_ll; of all protocols.
        var address = withUnsafeBytes(of: UInt16(AF_PACKET), Array.init) + [0, 3]
        address += withUnsafeBytes(of: interface, Array.init) + [UInt8](repeating: 0, count: 12)
        let status = address.withUnsafeBytes { bytes in
            bind(number, bytes.assumingMemoryBound(to: sockaddr.self).baseAddress, socklen_t(bytes.count))
        }
        if status == 0 { return FileDescriptor(rawValue: number) }
        let failure = KernelError(purpose, Errno(rawValue: errno))
        close(number)
        throw failure
    }

    deinit { try? descriptor.close() }

    /// Sends an IPv4 or IPv6 packet. The kernel has handled it when this returns, unless it is busy (`netif_rx` and `__local_bh_enable_ip`).
    func send(_ packet: [UInt8]) throws(KernelError) {
        let type: [UInt8] = packet.first.map { $0 >> 4 == 4 } ?? true ? [0x08, 0x00] : [0x86, 0xDD]
        let head = Self.groupAddress(of: packet).map { $0 + self.head.dropFirst($0.count) } ?? self.head
        do { try descriptor.writeAll(head + type + packet) } catch {
            throw KernelError("send a packet into the sandbox", error as? Errno ?? .ioError)
        }
    }

    /// The link-layer address of a multicast group that the packet is for (RFC 1112, RFC 2464): rules ask for the kind (`meta pkttype`).
    private static func groupAddress(of packet: [UInt8]) -> [UInt8]? {
        guard let version = packet.first.map({ $0 >> 4 }) else { return nil }
        if version == 4, packet.count >= 20, packet[16] >> 4 == 0xE {
            return [0x01, 0x00, 0x5E, packet[17] & 0x7F, packet[18], packet[19]]
        }
        if version == 6, packet.count >= 40, packet[24] == 0xFF { return [0x33, 0x33] + packet[36..<40] }
        return nil
    }

    /// What has arrived at the far end since the last time, without the link-layer header.
    func takeArrived() -> [[UInt8]] {
        var packets: [[UInt8]] = []
        var buffer = [UInt8](repeating: 0, count: 2048)
        while true {
            let count = recv(descriptor.rawValue, &buffer, buffer.count, CInt(MSG_DONTWAIT))
            guard count > head.count + 2 else { return packets }
            packets.append(Array(buffer[(head.count + 2)..<count]))
        }
    }
}
