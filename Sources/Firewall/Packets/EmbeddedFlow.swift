import Addresses
import Netlink

/// Whose packet an ICMP error carries a part of. Its source is whom the error goes to.
package struct EmbeddedFlow: Hashable, Sendable {
    /// Of the packet in the error.
    package var `protocol`: IPProtocol
    /// Of the packet in the error, who sent it.
    package var source: IPAddress
    /// Of the packet in the error, to whom it went.
    package var destination: IPAddress
    /// Host order; nil of protocols without, and where the error carries too little.
    package var sourcePort: UInt16?
    /// Likewise of the destination.
    package var destinationPort: UInt16?

    /// A flow by its ends; ports in host order.
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

    /// - Parameter packet: begins at the IP header; of another family than the error's it is none.
    init?(_ packet: borrowing RawSpan, _ family: IPAddress.Family) {
        guard let header = NetworkHeader(packet), header.source.family == family else { return nil }
        self.init(header.protocol, from: header.source, to: header.destination)
        if let start = header.transport, start <= packet.byteCount {
            (sourcePort, destinationPort) = packet.extracting(start..<packet.byteCount).ports(of: header.protocol)
        }
    }
}

extension RawSpan {
    /// Source and destination port of a transport header that begins here.
    func ports(of protocol: IPProtocol) -> (source: UInt16?, destination: UInt16?) {
        switch `protocol` {
        case .tcp, .udp, .udplite, .sctp, .dccp: (try? bigEndian(at: 0), try? bigEndian(at: 2))
        default: (nil, nil)
        }
    }
}
