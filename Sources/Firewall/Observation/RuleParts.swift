import Addresses

/// Parts of rules, for one side and family.
struct RuleParts {
    let address: String
    let port: String
    /// ICMP errors: messages about another packet.
    let errors: String
    /// The packet quoted in an ICMP error begins with a plain header, so that the offsets after it are valid.
    let embeddedIsPlain: String
    /// The protocol of the packet quoted in an ICMP error.
    let embeddedProtocol: String
    /// Its address and port on the observed side: the error goes back to the sender, so the destination of an incoming packet is the source
    /// of the quoted packet.
    let embeddedAddress: String
    let embeddedPort: String
    /// Identifies the flow of an ICMP error.
    var embedded: String { "\(embeddedIsPlain) \(embeddedProtocol) . \(embeddedAddress) . \(embeddedPort)" }
    let addressType: String

    init(_ side: ObservationPoint.Side, _ family: IPAddress.Family) {
        let isSource = side == .answering
        port = isSource ? "th sport" : "th dport"
        // Offsets in bits from the ICMP header, which has 64, and the IP header that follows.
        switch family {
        case .ipv4:
            address = isSource ? "ip saddr" : "ip daddr"
            addressType = "ipv4_addr"
            errors = "icmp type { destination-unreachable, source-quench, redirect, time-exceeded, parameter-problem }"
            embeddedIsPlain = "@th,64,8 0x45"
            embeddedProtocol = "@th,136,8"
            embeddedAddress = isSource ? "@th,192,32" : "@th,160,32"
            embeddedPort = isSource ? "@th,240,16" : "@th,224,16"
        case .ipv6:
            address = isSource ? "ip6 saddr" : "ip6 daddr"
            addressType = "ipv6_addr"
            errors = "icmpv6 type { destination-unreachable, packet-too-big, time-exceeded, parameter-problem }"
            embeddedIsPlain = "@th,64,4 6"
            embeddedProtocol = "@th,112,8"
            embeddedAddress = isSource ? "@th,256,128" : "@th,128,128"
            embeddedPort = isSource ? "@th,400,16" : "@th,384,16"
        }
    }
}
