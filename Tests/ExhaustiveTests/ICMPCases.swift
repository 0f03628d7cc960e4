import Addresses
import Conntrack
import Firewall
import Inspection
import Packets
import TableSupport
import TestSupport

/// ICMP and ICMPv6 messages, and the entries they are about.
enum ICMPCases {
    /// Redirects come from an on-link address, otherwise they are INVALID.
    private static let router = IPAddress(ipv6High: 0xFE80_0000_0000_0000, low: 1)

    /// A message whose remainder is an identifier, for a query, or another packet, for an error. The error is about a
    /// packet that the message's receiver sent.
    static func step(
        _ type: UInt8, code: UInt8 = 0, _ direction: TupleDirection, _ family: IPAddress.Family,
        about packet: @escaping (_ from: Endpoint, _ to: Endpoint) -> [UInt8]
    ) -> Step {
        let isIPv4 = family == .ipv4
        let subject: TrackedPacket = isIPv4 ? .icmp(ICMPType(rawValue: type)) : .icmpv6(ICMPv6Type(rawValue: type))
        var step = Step(subject, direction) { from, to in
            let embedded = packet(to, from)
            if !isIPv4, type == 137 {
                let rest = PacketBytes.redirect(about: embedded, target: router, destination: from.address)
                return PacketBytes.icmp(type: type, code: code, rest, from: router, to: to.address)
            }
            let rest = PacketBytes.big(from.port) + [0, 1] + embedded
            return PacketBytes.icmp(type: type, code: code, rest, from: from.address, to: to.address)
        }
        step.detail = " code \(code)"
        return step
    }

    static func segment(from: Endpoint, to: Endpoint) -> [UInt8] { PacketBytes.tcp(0x10, from: from, to: to) }

    static func withoutEntry(_ family: IPAddress.Family) -> [Case] {
        (UInt8.min ... .max).flatMap { type in
            [0, 1, 3, 255].map { Case(nil, [step(type, code: $0, .original, family, about: segment)]) }
        }
    }

    /// Errors about packets of flows that have an entry, in both directions.
    static func errors(_ family: IPAddress.Family) -> [Case] {
        let types: [UInt8] = family == .ipv4 ? [3, 4, 5, 11, 12] : Array(0...127) + [137]
        return flows(family).flatMap { flow in
            TupleDirection.allCases.flatMap { direction in
                types.map { Case(flow.entry, [step($0, direction, family) { flow.packet(direction, $0, $1) }]) }
            }
        }
    }

    private typealias Flow = (
        entry: PriorEntry, packet: (_ direction: TupleDirection, _ from: Endpoint, _ to: Endpoint) -> [UInt8]
    )

    /// The packet that an error is about travels in the error's opposite direction.
    private static func flows(_ family: IPAddress.Family) -> [Flow] {
        let stateless = TrackedEntry(.stateless, hasSeenReply: false)
        let query = PriorEntry(tracked: stateless, protocol: icmp(family), memory: queries(family)[0])
        let (asked, answered) = types(query.memory)
        return [
            (TCPCases.entry(.synSent), { segment(from: $1, to: $2) }),
            (TCPCases.entry(.established, .seenReply), { segment(from: $1, to: $2) }),
            (PriorEntry(tracked: stateless, protocol: .udp, memory: .none), { PacketBytes.udp(from: $1, to: $2) }),
            (
                PriorEntry(tracked: stateless, protocol: .esp, memory: .none),
                { PacketBytes.ip(.esp, [UInt8](repeating: 0, count: 16), from: $1.address, to: $2.address) }
            ),
            (
                query,
                {
                    let rest = PacketBytes.big($1.port) + [0, 1]
                    return PacketBytes.icmp(
                        type: $0 == .reply ? asked : answered, code: 0, rest, from: $1.address, to: $2.address)
                }
            ),
        ]
    }

    /// Every type, combined with the entry of a query: in each direction, one of the types belongs to it.
    static func besideQueries(_ family: IPAddress.Family) -> [Case] {
        queries(family).flatMap { memory in
            let tracked = TrackedEntry(.stateless, hasSeenReply: false)
            let entry = PriorEntry(tracked: tracked, protocol: icmp(family), memory: memory)
            let (query, answer) = types(memory)
            return TupleDirection.allCases.flatMap { direction in
                (UInt8.min ... .max).map { type in
                    var step = step(type, direction, family, about: segment)
                    step.isOfEntry = type == (direction == .original ? query : answer)
                    return Case(entry, [step])
                }
            }
        }
    }

    private static func queries(_ family: IPAddress.Family) -> [MadeEntry.Memory] {
        let pairs: [(UInt8, UInt8)] =
            family == .ipv4 ? [(8, 0), (13, 14), (15, 16), (17, 18)] : [(128, 129), (139, 140)]
        return pairs.map { .icmp(query: $0, answer: $1) }
    }

    private static func types(_ memory: MadeEntry.Memory) -> (query: UInt8, answer: UInt8) {
        guard case .icmp(let query, let answer) = memory else { return (0, 0) }
        return (query, answer)
    }

    private static func icmp(_ family: IPAddress.Family) -> IPProtocol { family == .ipv4 ? .icmp : .icmpv6 }
}
