import Addresses
import Conntrack

/// How many packets of one class and ctstate, to or from one address and port, passed a point.
package struct PacketCount: Hashable, Sendable {
    package var point: ObservationPoint
    package var packetClass: PacketClass
    /// The packets' mark, if observed by mark.
    package var mark: UInt32?
    /// The observed end: the destination, or the source at the points for answers.
    package var address: IPAddress
    /// Of the packets; for ICMP errors that of the flow they are about, or their own if unknown.
    package var `protocol`: IPProtocol
    /// Of the observed end; nil for protocols without ports.
    package var port: UInt16?
    /// For ICMP errors whose flow is unknown.
    package var icmp: ICMPKind?
    /// The state assigned by conntrack.
    package var ctstate: CTState
    package var packets: UInt64
    /// Of IP packets, including headers.
    package var bytes: UInt64

    /// Type and code of an ICMP or ICMPv6 message.
    package struct ICMPKind: Hashable, Sendable {
        /// The first byte of the ICMP header.
        package var type: UInt8
        /// The second byte of the ICMP header.
        package var code: UInt8

        package init(type: UInt8, code: UInt8) {
            self.type = type
            self.code = code
        }
    }

    /// For ICMP errors about an unknown flow, also set `icmp`.
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
