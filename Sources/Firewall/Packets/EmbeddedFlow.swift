import Addresses
import Netlink

/// The flow of the packet quoted in an ICMP error. Its source is where the error goes.
package struct EmbeddedFlow: Hashable, Sendable {
    /// Of the quoted packet.
    package var `protocol`: IPProtocol
    /// The sender of the quoted packet.
    package var source: IPAddress
    /// The destination of the quoted packet.
    package var destination: IPAddress
    /// Host order; nil for protocols without ports, and if the error quotes too little.
    package var sourcePort: UInt16?
    /// Likewise for the destination.
    package var destinationPort: UInt16?

    /// Ports in host order.
    package init(
        _ protocol: IPProtocol, from source: IPAddress, _ sourcePort: UInt16? = nil, to destination: IPAddress,
        _ destinationPort: UInt16? = nil
    ) {
        self.protocol = `protocol`
        self.source = source
        self.destination = destination
        self.sourcePort = sourcePort
        self.destinationPort = destinationPort
    }

    /// - Parameter packet: begins at the IP header; nil if its family differs from the error's.
    init?(_ packet: borrowing RawSpan, _ family: IPAddress.Family) {
        guard let header = NetworkHeader(packet), header.source.family == family else { return nil }
        self.init(header.protocol, from: header.source, to: header.destination)
        if let start = header.transport, start <= packet.byteCount {
            (sourcePort, destinationPort) = packet.extracting(start..<packet.byteCount).ports(of: header.protocol)
        }
    }
}

extension RawSpan {
    /// Source and destination port in the transport header that begins here.
    func ports(of protocol: IPProtocol) -> (source: UInt16?, destination: UInt16?) {
        switch `protocol` {
        case .tcp, .udp, .udplite, .sctp, .dccp: (try? bigEndian(at: 0), try? bigEndian(at: 2))
        default: (nil, nil)
        }
    }
}
