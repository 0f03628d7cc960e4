import Addresses

/// One direction of an entry: who sends to whom, and what tells this flow from others between the two.
package struct Tuple: Hashable, Sendable {
    /// Nil when the kernel sent none, or of a family that is not IP.
    package var source: IPAddress?
    /// Nil when the kernel sent none, or of a family that is not IP.
    package var destination: IPAddress?
    /// The layer 4 protocol; 0 when the kernel sent none.
    package var `protocol` = IPProtocol.ip
    /// Ports, or what the protocol has in their place.
    package var discriminator = Discriminator.none
    /// The conntrack zone of this direction alone (`CTA_TUPLE_ZONE`).
    package var zone: UInt16?

    /// What stands beside the addresses (`union nf_conntrack_man_proto`).
    package enum Discriminator: Hashable, Sendable {
        /// Protocols without any (`nf_conntrack_l4proto_generic`).
        case none
        /// Ports of TCP, UDP, UDPlite, SCTP, DCCP, and the keys of GRE; host order.
        case ports(source: UInt16, destination: UInt16)
        case icmp(type: UInt8, code: UInt8, id: UInt16)
    }

    /// The ports, or the keys of GRE; nil of protocols without.
    package var ports: (source: UInt16, destination: UInt16)? {
        if case .ports(let source, let destination) = discriminator { (source, destination) } else { nil }
    }

    /// A tuple of which nothing is known.
    package init() {}
}
