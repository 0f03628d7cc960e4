import Addresses
import Conntrack
import Netlink

/// The content of the first bytes of an IP packet: who sends what to whom. For a truncated packet, what is left of it; nothing is
/// verified, not even checksums.
package struct PacketHeaders: Hashable, Sendable {
    /// As in the header, before any later NAT.
    package var source: IPAddress
    /// As in the header, before any later NAT.
    package var destination: IPAddress
    /// For IPv6, the one after the extension headers; if they are truncated, the number of the first missing one.
    package var `protocol`: IPProtocol
    /// Bytes of the IP packet including headers, according to its header: 0 if too big for the field (BIG TCP).
    package var length: Int
    /// It begins in the middle of a datagram, so it has no ports, flags or types.
    package var isLaterFragment = false
    /// For TCP, UDP, UDPlite, SCTP and DCCP; host order.
    package var sourcePort: UInt16?
    /// Likewise for the destination.
    package var destinationPort: UInt16?
    /// For TCP, if the header is long enough.
    package var tcpFlags: TCPFlags?
    /// That of the first chunk (RFC 9260, section 3.2).
    package var sctpChunk: UInt8?
    /// For ICMP and ICMPv6.
    package var icmpType: UInt8?
    /// For ICMP and ICMPv6.
    package var icmpCode: UInt8?
    /// For an ICMP or ICMPv6 error: the flow of the packet it is about.
    package var embedded: EmbeddedFlow?

    package var family: IPAddress.Family { source.family }

    /// A packet without any header after that of IP.
    package init(
        from source: IPAddress, to destination: IPAddress, protocol: IPProtocol, length: Int
    ) {
        self.source = source
        self.destination = destination
        self.protocol = `protocol`
        self.length = length
    }
}

extension PacketHeaders {
    /// Reads a packet, or its beginning, in wire format. IPv4 options and IPv6 extension headers are skipped.
    ///
    /// - Parameter range: from the IP header to the end of the available bytes; clamped.
    /// - Returns: nil if it is not IP, or its header is truncated.
    package init?(_ bytes: borrowing RawSpan, in range: Range<Int>) {
        let packet = bytes.extracting(range.clamped(to: 0..<bytes.byteCount))
        guard let header = NetworkHeader(packet) else { return nil }
        self.init(header)
        if let start = header.transport, start <= packet.byteCount {
            readTransport(packet.extracting(start..<packet.byteCount))
        }
    }

    /// Reads separate headers, as in nf_tables traces (`NFTA_TRACE_NETWORK_HEADER` with up to 40 bytes, `NFTA_TRACE_TRANSPORT_HEADER` with
    /// up to 20).
    ///
    /// - Parameters:
    ///   - network: where the IP header is; clamped, like `transport`.
    ///   - transport: nil if there is none; what follows the network header in `network` is read then.
    /// - Returns: nil if it is not IP, or its header is truncated.
    package init?(_ bytes: borrowing RawSpan, network: Range<Int>, transport: Range<Int>?) {
        guard let transport else {
            self.init(bytes, in: network)
            return
        }
        guard let header = NetworkHeader(bytes.extracting(network.clamped(to: 0..<bytes.byteCount))) else { return nil }
        self.init(header)
        if header.transport != nil { readTransport(bytes.extracting(transport.clamped(to: 0..<bytes.byteCount))) }
    }

    private init(_ header: NetworkHeader) {
        self.init(
            from: header.source, to: header.destination, protocol: header.protocol, length: header.length)
        isLaterFragment = header.isLaterFragment
    }

    /// - Parameter header: begins at the transport header.
    private mutating func readTransport(_ header: borrowing RawSpan) {
        switch `protocol` {
        case .icmp where family == .ipv4, .icmpv6 where family == .ipv6:
            icmpType = try? header.host(at: 0)
            icmpCode = try? header.host(at: 1)
            guard isICMPError, header.byteCount > Self.icmpHeaderSize else { return }
            embedded = EmbeddedFlow(header.extracting(Self.icmpHeaderSize..<header.byteCount), family)
        default:
            (sourcePort, destinationPort) = header.ports(of: `protocol`)
            if `protocol` == .tcp { tcpFlags = (try? header.host(UInt8.self, at: 13)).map(TCPFlags.init) }
            if `protocol` == .sctp { sctpChunk = try? header.host(at: 12) }
        }
    }

    private static let icmpHeaderSize = 8
}

extension PacketHeaders {
    /// The class as which it is counted.
    package var packetClass: PacketClass {
        switch `protocol` {
        case .tcp: tcpFlags.map(PacketClass.init(tcp:)) ?? .other
        case .udp: .udp
        case .sctp: .sctp
        default: isICMPError ? .icmpError : .other
        }
    }

    /// As in conntrack, which looks for a quoted packet in these only (icmp_is_err, linux/icmp.h; nf_conntrack_icmpv6_error).
    private var isICMPError: Bool {
        guard let icmpType else { return false }
        return switch `protocol` {
        case .icmp: [3, 4, 5, 11, 12].contains(icmpType)
        default: icmpType < 128
        }
    }
}
