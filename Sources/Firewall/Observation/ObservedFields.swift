import Addresses

/// The fields by which packets are observed, on one side and of one family.
struct ObservedFields {
    private(set) var address: PacketField
    let port: PacketField
    /// ICMP errors: messages about another packet.
    let errorTypes: [UInt8]
    /// The packet quoted in an ICMP error begins with a plain header, so that the offsets after it are valid.
    let embeddedIsPlain: RuleStatement
    /// The protocol of the packet quoted in an ICMP error.
    let embeddedProtocol: PacketField
    /// Its address and port on the observed side: the error goes back to the sender, so the destination of an incoming packet is the source
    /// of the quoted packet.
    let embeddedAddress: PacketField
    let embeddedPort: PacketField
    /// Identifies the flow of an ICMP error.
    var embeddedFlow: [PacketField] { [embeddedProtocol, embeddedAddress, embeddedPort] }
    let icmpType: PacketField
    let icmpCode: PacketField

    init(_ side: ObservationPoint.Side, _ family: IPAddress.Family) {
        let isSource = side == .answering
        port = .port(isSource ? .source : .destination)
        address = .address(isSource ? .source : .destination, family)
        icmpType = .icmpType(family)
        icmpCode = .icmpCode(family)
        // Offsets from the ICMP header, which has 8 bytes, and the IP header that follows: RFC 791, 3.1, and 8200, 3.
        switch family {
        case .ipv4:
            // RFC 792: destination unreachable, source quench, redirect, time exceeded, parameter problem.
            errorTypes = [3, 4, 5, 11, 12]
            // Version 4, and a header of 20 bytes.
            embeddedIsPlain = .equal(.transport(8, bytes: 1), [0x45])
            embeddedProtocol = .transport(17, bytes: 1)
            embeddedAddress = .transport(isSource ? 24 : 20, bytes: 4)
            embeddedPort = .transport(isSource ? 30 : 28, bytes: 2)
        case .ipv6:
            // RFC 4443: destination unreachable, packet too big, time exceeded, parameter problem.
            errorTypes = [1, 2, 3, 4]
            // Version 6.
            embeddedIsPlain = .equal(.transport(8, bytes: 1), [0x60], mask: [0xF0])
            embeddedProtocol = .transport(14, bytes: 1)
            embeddedAddress = .transport(isSource ? 32 : 16, bytes: 16)
            embeddedPort = .transport(isSource ? 50 : 48, bytes: 2)
        }
    }
}

extension ObservedFields {
    /// At a point: of packets that were rewritten, what they were before.
    init(_ point: ObservationPoint, _ family: IPAddress.Family) {
        self.init(point.side, family)
        if point == .rewritten { address = .originalDestination(family) }
    }

    /// `ct status & dnat == dnat`: `IPS_DST_NAT` (linux/netfilter/nf_conntrack_common.h).
    static let isRewritten: RuleStatement = {
        let bit = withUnsafeBytes(of: UInt32(1 << 5), Array.init)
        return .equal(.ctStatus, bit, mask: bit)
    }()
}

extension TableWriter {
    /// `icmp type { TYPES }`
    mutating func matchErrors(_ fields: ObservedFields) -> RuleStatement {
        .lookup([fields.icmpType], set(nil, [fields.icmpType], .constant(fields.errorTypes.map { [$0] })))
    }
}
