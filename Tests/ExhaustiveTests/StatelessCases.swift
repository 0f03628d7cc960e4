import Addresses
import Inspection
import Packets
import TableSupport
import TestSupport

/// Protocols for which any packet creates an entry.
enum StatelessCases {
    static func step(_ protocol: IPProtocol, _ direction: TupleDirection) -> Step {
        Step(`protocol` == .udp ? .udp : .other(`protocol`), direction) { from, to in
            switch `protocol` {
            case .udp: PacketBytes.udp(from: from, to: to)
            case .udplite: PacketBytes.udplite(from: from, to: to)
            // For GRE: version 0, without a key.
            default:
                PacketBytes.ip(
                    `protocol`, [UInt8](repeating: 0, count: 24), from: from.address, to: to.address)
            }
        }
    }

    /// Three packets in any directions, with every entry and without one.
    static func lives(_ protocol: IPProtocol) -> [Case] {
        let directions = TupleDirection.allCases
        let entries =
            [nil]
            + [false, true].map { isReplied in
                PriorEntry(
                    tracked: TrackedEntry(.stateless, hasSeenReply: isReplied), protocol: `protocol`, memory: .none)
            }
        return entries.flatMap { entry in
            directions.flatMap { first in
                directions.flatMap { second in
                    directions.map { third in Case(entry, [first, second, third].map { step(`protocol`, $0) }) }
                }
            }
        }
    }

    /// All protocols without a tracker of their own.
    static func others(_ family: IPAddress.Family, isDCCPKnown: Bool) -> [IPProtocol] {
        var known: Set<IPProtocol> = [.icmp, .tcp, .udp, .gre, .icmpv6, .sctp, .udplite]
        if isDCCPKnown { known.insert(.dccp) }
        // Not protocols but extension headers, which are followed by another number.
        let headers: Set<UInt8> = family == .ipv4 ? [] : [0, 43, 44, 51, 59, 60]
        return (UInt8.min ... .max).filter { !headers.contains($0) }.map(IPProtocol.init).filter { !known.contains($0) }
    }
}
