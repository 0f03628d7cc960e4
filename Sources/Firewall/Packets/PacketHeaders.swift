import Addresses
import Conntrack
import Netlink

/// What the first bytes of an IP packet say: who sends what to whom. Of a packet that was cut short it has what is left; nothing in it
/// was verified, no checksum either.
package struct PacketHeaders: Hashable, Sendable {
    /// As the header has it, before any NAT that is still to come.
    package var source: IPAddress
    /// As the header has it, before any NAT that is still to come.
    package var destination: IPAddress
    /// Of IPv6 the one behind the extension headers; where they are cut short, the number of the first that is missing.
    package var `protocol`: IPProtocol
    /// Bytes of the IP packet, headers included, as its header has it: 0 in the header of one that is too big for the field (BIG TCP).
    package var length: Int
    /// It begins in the middle of a datagram, so it has no ports, flags or types.
    package var isLaterFragment = false
    /// Of TCP, UDP, UDPlite, SCTP and DCCP; host order.
    package var sourcePort: UInt16?
    /// Likewise of the destination.
    package var destinationPort: UInt16?
    /// Of TCP, when the header reaches so far.
    package var tcpFlags: TCPFlags?
    /// Of the first chunk (RFC 9260, section 3.2).
    package var sctpChunk: UInt8?
    /// Of ICMP or ICMPv6.
    package var icmpType: UInt8?
    /// Of ICMP or ICMPv6.
    package var icmpCode: UInt8?
    /// Of an ICMP or ICMPv6 error: the flow of the packet that it is about.
    package var embedded: EmbeddedFlow?

    /// That of the addresses.
    package var family: IPAddress.Family { source.family }

    /// A packet without any header behind that of IP.
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
    /// Reads a packet, or its beginning, as it is on the wire. IPv4 options and IPv6 extension headers are walked over.
    ///
    /// - Parameter range: where the IP header begins, and where the bytes that are there end; clamped to what there is.
    /// - Returns: nil when it is not IP, or its header is cut short.
    package init?(_ bytes: borrowing RawSpan, in range: Range<Int>) {
        let packet = bytes.extracting(range.clamped(to: 0..<bytes.byteCount))
        guard let header = NetworkHeader(packet) else { return nil }
        self.init(header)
        if let start = header.transport, start <= packet.byteCount {
            readTransport(packet.extracting(start..<packet.byteCount))
        }
    }

    /// Reads headers that lie apart, as nf_tables traces have them (`NFTA_TRACE_NETWORK_HEADER` with up to 40 bytes,
    /// `NFTA_TRACE_TRANSPORT_HEADER` with up to 20).
    ///
    /// - Parameters:
    ///   - network: where the IP header lies; clamped, as is `transport`.
    ///   - transport: nil when there is none; what is behind the network header in `network` is read then.
    /// - Returns: nil when it is not IP, or its header is cut short.
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
    /// The kind that it is counted as.
    package var packetClass: PacketClass {
        switch `protocol` {
        case .tcp: tcpFlags.map(PacketClass.init(tcp:)) ?? .other
        case .udp: .udp
        case .sctp: .sctp
        default: isICMPError ? .icmpError : .other
        }
    }

    /// As conntrack has it, which looks for a packet in these and in no other (icmp_is_err, linux/icmp.h; nf_conntrack_icmpv6_error).
    private var isICMPError: Bool {
        guard let icmpType else { return false }
        return switch `protocol` {
        case .icmp: [3, 4, 5, 11, 12].contains(icmpType)
        default: icmpType < 128
        }
    }
}
