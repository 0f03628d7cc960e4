import Addresses
import Conntrack
import Firewall
import IPVS

/// The packets that matter to a service: what opens a connection, and what comes once it is open. Each must pass the packet filter.
package struct ProbePlan {
    /// Nil for a protocol that is not tried.
    package let opening: Probe?
    package let others: [Probe]

    /// - Parameter keepsEntries: whether a SYN leaves an entry behind (`net.ipv4.vs.conntrack=1`); what follows is then sent after it as well.
    package init(_ service: Service.Identity, keepsEntries: Bool) {
        guard case .address(let `protocol`, let endpoint) = service else {
            (opening, others) = (nil, [])
            return
        }
        let errors = Self.errors(endpoint.address.family)
        switch `protocol` {
        case .tcp:
            opening = Probe(.tcp(.syn))
            let rest: [TCPFlags] = [.ack, [.psh, .ack], [.fin, .ack], .rst, [.rst, .ack]]
            let fresh = rest.map { Probe(.tcp($0)) }
            let later = keepsEntries ? rest.map { Probe(.tcp($0), isAfterSYN: true) } : []
            let laterErrors =
                keepsEntries ? errors.map { Probe($0.packet, icmpCode: $0.icmpCode, isAfterSYN: true) } : []
            others = fresh + later + errors + laterErrors
        case .udp:
            opening = Probe(.udp)
            others = errors
        default: (opening, others) = (nil, [])
        }
    }

    /// Errors about answers of the service, sent by routers and clients: what is unreachable, and why; what is too big for the way; what
    /// went round in circles; what had a wrong header (RFC 792, RFC 1191, RFC 1812, RFC 4443).
    private static func errors(_ family: IPAddress.Family) -> [Probe] {
        switch family {
        case .ipv4:
            let codes: [(type: UInt8, code: UInt8)] = [(3, 4), (3, 0), (3, 1), (3, 3), (3, 13), (11, 0), (12, 0)]
            return codes.map { Probe(.icmp(ICMPType(rawValue: $0.type)), icmpCode: $0.code) }
        case .ipv6:
            let codes: [(type: UInt8, code: UInt8)] = [(2, 0), (1, 0), (1, 1), (1, 3), (1, 4), (3, 0), (4, 0)]
            return codes.map { Probe(.icmpv6(ICMPv6Type(rawValue: $0.type)), icmpCode: $0.code) }
        }
    }
}
