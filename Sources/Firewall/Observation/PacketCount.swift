import Addresses
import Conntrack

/// How many packets of one class and ctstate, to or from one address and port, came past a point.
package struct PacketCount: Hashable, Sendable {
    /// Where they were counted.
    package var point: ObservationPoint
    /// What kind they are.
    package var packetClass: PacketClass
    /// The mark of the packets, of those that are observed by mark.
    package var mark: UInt32?
    /// The observed end: the destination, or at the points of answers the source.
    package var address: IPAddress
    /// Of the packets; of ICMP errors that of the flow that they are about, or their own when that is not known.
    package var `protocol`: IPProtocol
    /// Of the observed end; nil for protocols without.
    package var port: UInt16?
    /// Of ICMP errors whose flow is not known.
    package var icmp: ICMPKind?
    /// Which state conntrack gave them.
    package var ctstate: CTState
    /// How many came past.
    package var packets: UInt64
    /// Of the IP packets, with their headers.
    package var bytes: UInt64

    /// Type and code of an ICMP or ICMPv6 message.
    package struct ICMPKind: Hashable, Sendable {
        /// The first byte of the ICMP header.
        package var type: UInt8
        /// The second byte of the ICMP header.
        package var code: UInt8

        /// Both numbers as they are on the wire.
        package init(type: UInt8, code: UInt8) {
            self.type = type
            self.code = code
        }
    }

    /// A count with its cell; of ICMP errors about no known flow, set `icmp` besides.
    package init(
        _ point: ObservationPoint, _ packetClass: PacketClass, _ ctstate: CTState, _ protocol: IPProtocol,
        _ address: IPAddress, port: UInt16? = nil, mark: UInt32? = nil, packets: UInt64 = 0, bytes: UInt64 = 0
    ) {
        self.point = point
        self.packetClass = packetClass
        self.ctstate = ctstate
        self.protocol = `protocol`
        self.address = address
        self.port = port
        self.mark = mark
        self.packets = packets
        self.bytes = bytes
    }
}
