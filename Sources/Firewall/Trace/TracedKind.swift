import Addresses
import Conntrack

/// What traced packets are counted by.
package struct TracedKind: Hashable, Sendable {
    /// What kind of packets they are.
    package var packetClass: PacketClass
    /// Which state conntrack had given them when they were marked.
    package var state: CTState
    /// Nil when the headers are not known.
    package var `protocol`: IPProtocol?
    /// Of ICMP and ICMPv6, in nft(8)'s words: `frag-needed`.
    package var icmpName: String?
    /// Where they went to, which with the protocol finds the service; nil when the headers are not known, or too many different
    /// ones were seen. An ICMP error goes to the service's address and has no port.
    package var target: Target?

    /// A kind by what is known of its packets.
    package init(
        _ packetClass: PacketClass, state: CTState, protocol: IPProtocol? = nil, icmpName: String? = nil,
        target: Target? = nil
    ) {
        self.packetClass = packetClass
        self.state = state
        self.protocol = `protocol`
        self.icmpName = icmpName
        self.target = target
    }

    /// An address, and of protocols that have them a port.
    package struct Target: Hashable, Sendable {
        /// Where the packets went to.
        package var address: IPAddress
        /// Host order; nil of protocols without.
        package var port: UInt16?

        /// An address, and a port in host order.
        package init(_ address: IPAddress, _ port: UInt16? = nil) {
            self.address = address
            self.port = port
        }
    }

    init(_ packet: TracedPacket) {
        guard let headers = packet.headers else {
            self.init(.other, state: packet.state)
            return
        }
        self.init(
            headers.packetClass, state: packet.state, protocol: headers.protocol, icmpName: headers.icmpName,
            target: Target(headers.destination, headers.destinationPort))
    }
}
