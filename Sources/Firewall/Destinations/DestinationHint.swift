import Addresses
import CNetlink
import Netlink

/// Where packets go that a rule matches, as far as it says so: what is nil may be anything. A hint for what to try, and no more: a rule can
/// ask for other things, which are not in it.
package struct DestinationHint: Hashable, Sendable {
    package var `protocol`: IPProtocol?
    package var address: IPAddress?
    package var port: UInt16?
    /// What a map has for it.
    var mapped: UInt32?

    package init(protocol: IPProtocol? = nil, address: IPAddress? = nil, port: UInt16? = nil) {
        (self.protocol, self.address, self.port) = (`protocol`, address, port)
    }

    /// With what another says besides.
    fileprivate func narrowed(by other: DestinationHint) -> DestinationHint {
        var hint = DestinationHint(
            protocol: `protocol` ?? other.protocol, address: address ?? other.address, port: port ?? other.port)
        hint.mapped = mapped ?? other.mapped
        return hint
    }
}

extension [DestinationHint] {
    /// With more, trying them takes too long.
    private static let most = 1024

    /// Each of these with each of the others, which are alternatives; nothing if there are none.
    func narrowed(by others: [DestinationHint]) -> [DestinationHint] {
        Array(lazy.flatMap { hint in others.lazy.map { hint.narrowed(by: $0) } }.prefix(Self.most))
    }
}

extension IPAddress {
    /// Of four or sixteen bytes in network order.
    init?(networkOrder bytes: [UInt8]) {
        let span = bytes.span.bytes
        if bytes.count == 4, let number = try? span.bigEndian(UInt32.self, at: 0) {
            self.init(ipv4: number)
        } else if bytes.count == 16, let high = try? span.bigEndian(UInt64.self, at: 0),
            let low = try? span.bigEndian(UInt64.self, at: 8)
        {
            self.init(ipv6High: high, low: low)
        } else {
            return nil
        }
    }
}

/// What a match of xtables says about destination ports.
struct XTPorts {
    /// Nil for another match, one that says nothing about them, or that says which they are not.
    let hints: [DestinationHint]?

    init(match name: String, revision: UInt32, _ data: [UInt8]) {
        let bytes = data.span.bytes
        func port(_ offset: Int) -> UInt16? { try? bytes.host(at: offset) }
        func byte(_ offset: Int) -> UInt8 { (try? bytes.host(at: offset)) ?? 0 }
        var ports: [UInt16?] = []
        var itsProtocol: IPProtocol?
        switch name {
        // `struct xt_tcp`, `xt_udp` (linux/netfilter/xt_tcpudp.h): two source ports, then these; then inversions.
        case "tcp" where byte(11) & UInt8(XT_TCP_INV_DSTPT) == 0: (ports, itsProtocol) = ([port(4), port(6)], .tcp)
        case "udp" where byte(8) & UInt8(XT_UDP_INV_DSTPT) == 0: (ports, itsProtocol) = ([port(4), port(6)], .udp)
        // `struct xt_sctp_info` (linux/netfilter/xt_sctp.h) begins with them.
        case "sctp": (ports, itsProtocol) = ([port(0), port(2)], .sctp)
        // `struct xt_multiport_v1` (linux/netfilter/xt_multiport.h): flags, a count, ports.
        case "multiport" where revision == 1 && byte(0) != UInt8(XT_MULTIPORT_SOURCE.rawValue):
            let isInverted = byte(MemoryLayout<xt_multiport_v1>.offset(of: \.invert) ?? 0) != 0
            ports = isInverted ? [] : (0..<Int(min(byte(1), UInt8(XT_MULTI_PORTS)))).map { port(2 + 2 * $0) }
        default: break
        }
        // Of a range its ends; that of all ports is none.
        let isAny = name != "multiport" && ports == [0, .max]
        let known = isAny ? [] : Set(ports.compactMap(\.self)).sorted()
        if known.isEmpty {
            hints = itsProtocol.map { [DestinationHint(protocol: $0)] }
        } else {
            hints = known.map { DestinationHint(protocol: itsProtocol, port: $0) }
        }
    }
}
