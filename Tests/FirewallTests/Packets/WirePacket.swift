import Addresses
import Conntrack
import Firewall
import TestSupport
import Testing

/// A packet in wire format, beginning with its IP header, and its content as decoded by tcpdump 4.99.3.
///
/// All were captured with `tcpdump -i` on a veth pair between two network namespaces (10.9.0.1 and fd09::1; 10.9.0.2
/// and fd09::2), Linux 6.18. They are the kernels' own traffic except for SCTP, UDPlite and the echo request, which a
/// raw socket sent. The second namespace forwards to a third (10.10.0.9, fd10::9) over a link with an MTU of 1,300.
/// Long ones are truncated.
struct WirePacket: CustomTestStringConvertible {
    let testDescription: String
    let bytes: [UInt8]
    let headers: PacketHeaders
    let packetClass: PacketClass

    init(
        _ name: String, _ packetClass: PacketClass, _ digits: String, _ protocol: IPProtocol, _ source: String,
        _ destination: String, _ length: Int, _ fill: (inout PacketHeaders) -> Void
    ) {
        testDescription = name
        bytes = hexadecimal(digits)
        self.packetClass = packetClass
        var headers = PacketHeaders(
            from: Self.address(source), to: Self.address(destination), protocol: `protocol`, length: length)
        fill(&headers)
        self.headers = headers
    }

    static let all = plain + errors

    static func flow(
        _ protocol: IPProtocol, _ source: String, _ sourcePort: UInt16, _ destination: String, _ destinationPort: UInt16
    ) -> EmbeddedFlow {
        EmbeddedFlow(`protocol`, from: address(source), sourcePort, to: address(destination), destinationPort)
    }

    private static func address(_ text: String) -> IPAddress {
        guard let address = IPAddress(text) else { preconditionFailure("\(text) is no address") }
        return address
    }
}
