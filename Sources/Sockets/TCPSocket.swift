import Addresses
import CNetlink
import Netlink

/// A TCP socket of a host.
///
/// Source: net/ipv4/inet_diag.c, `inet_sk_diag_fill`, `inet_twsk_diag_fill` and `inet_req_diag_fill`.
package struct TCPSocket: Equatable, Sendable {
    package let state: TCPSocketState
    /// Of a socket for both families that talks IPv4: the IPv4 address.
    package let local: Endpoint
    package let remote: Endpoint
    /// How long ago it ended, in milliseconds: of one in TIME-WAIT only, as the timer of that tells.
    package private(set) var ended: UInt32?
    /// How long ago the last segment came, with data or as an acknowledgement, in milliseconds; nil if the kernel does not say so.
    package private(set) var lastReceived: UInt32?

    package init(
        _ state: TCPSocketState, local: Endpoint, remote: Endpoint, ended: UInt32? = nil, lastReceived: UInt32? = nil
    ) {
        (self.state, self.local, self.remote) = (state, local, remote)
        (self.ended, self.lastReceived) = (ended, lastReceived)
    }
}

extension TCPSocket {
    /// Of the fixed structures, `struct inet_diag_msg` and `struct inet_diag_req_v2` (linux/inet_diag.h).
    private static let headerSize = 72
    private static let requestSize = 56
    /// `idiag_timer` of TIME-WAIT, and for how long that lasts (`TCP_TIMEWAIT_LEN`, include/net/tcp.h).
    private static let timeWaitTimer: UInt8 = 3
    private static let timeWaitMilliseconds: UInt32 = 60_000

    /// Lists all of one family; nothing is created or changed by it. A kernel whose `tcp_diag` is a module loads it, as for ss(8).
    private static func listing(_ family: IPAddress.Family) -> Request {
        let number = UInt8(family == .ipv4 ? AF_INET : AF_INET6)
        // Family, protocol, extensions, padding; all states; no condition on addresses.
        var header = [number, UInt8(IPPROTO_TCP), 1 << (UInt8(INET_DIAG_INFO) - 1), 0]
        header += [UInt8](repeating: 0xFF, count: 4)
        header += [UInt8](repeating: 0, count: requestSize - header.count)
        return .diagnostics(
            "list the TCP sockets of \(family == .ipv4 ? "IPv4" : "IPv6")", type: UInt16(SOCK_DIAG_BY_FAMILY),
            header: header, flags: NLM_F_DUMP)
    }

    /// Delivers the sockets of both families, in no order. Blocks for as long as ss(8) does; needs no privilege.
    ///
    /// - Returns: how the answers ended.
    /// - Throws: `.absent` or `.notFound` if the kernel has no sock_diag for TCP.
    package static func forEach(
        in kernel: any KernelSource, _ body: (TCPSocket) -> Void
    ) throws(KernelError) -> Answer {
        var answer = Answer()
        for family in [IPAddress.Family.ipv4, .ipv6] {
            answer.add(
                try kernel.ask(listing(family)) { message, bytes throws(DecodeError) in
                    if let socket = try TCPSocket(message, in: bytes) { body(socket) }
                })
        }
        return answer
    }

    /// - Returns: nil for a family other than IP's.
    init?(_ message: Message, in bytes: RawSpan) throws(DecodeError) {
        let start = message.payload.lowerBound
        var cursor = AttributeCursor(try message.attributes(after: Self.headerSize))
        let family: UInt8 = try bytes.host(at: start)
        guard let local = try Self.address(family, at: start + 8, in: bytes),
            let remote = try Self.address(family, at: start + 24, in: bytes)
        else { return nil }
        self.init(
            TCPSocketState(rawValue: try bytes.host(at: start + 1)),
            local: Endpoint(local, try bytes.bigEndian(at: start + 4)),
            remote: Endpoint(remote, try bytes.bigEndian(at: start + 6)))
        let (timer, left): (UInt8, UInt32) = (try bytes.host(at: start + 2), try bytes.host(at: start + 52))
        if state == .timeWait, timer == Self.timeWaitTimer, left <= Self.timeWaitMilliseconds {
            ended = Self.timeWaitMilliseconds - left
        }
        while let attribute = try cursor.next(in: bytes) {
            if Int(attribute.type) == INET_DIAG_INFO { lastReceived = Self.lastReceived(attribute, in: bytes) }
        }
    }

    /// Of `struct tcp_info` (linux/tcp.h): `tcpi_last_data_recv` and `tcpi_last_ack_recv`.
    private static func lastReceived(_ attribute: Attribute, in bytes: RawSpan) -> UInt32? {
        guard attribute.payload.count >= 60,
            let data: UInt32 = try? bytes.host(at: attribute.payload.lowerBound + 52),
            let acknowledgement: UInt32 = try? bytes.host(at: attribute.payload.lowerBound + 56)
        else { return nil }
        return min(data, acknowledgement)
    }

    private static func address(
        _ family: UInt8, at offset: Int, in bytes: RawSpan
    ) throws(DecodeError) -> IPAddress? {
        switch CInt(family) {
        case AF_INET: return IPAddress(ipv4: try bytes.bigEndian(at: offset))
        case AF_INET6:
            let (high, low): (UInt64, UInt64) = (try bytes.bigEndian(at: offset), try bytes.bigEndian(at: offset + 8))
            // ::ffff:10.0.0.1
            if high == 0, low >> 32 == 0xFFFF { return IPAddress(ipv4: UInt32(truncatingIfNeeded: low)) }
            return IPAddress(ipv6High: high, low: low)
        default: return nil
        }
    }
}
