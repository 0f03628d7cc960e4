import Addresses
import Conntrack
import Inspection
import TableSupport

/// Packets with a wrong checksum.
enum ChecksumCases {
    /// Without an entry, and with one that a right packet made.
    static func withPorts(_ family: IPAddress.Family) -> [Case] {
        let steps: [(step: Step, offset: Int)] = [
            (TCPCases.step(.syn), 16), (StatelessCases.step(.udp, .original), 6),
            (SCTPCases.step(SCTPPacket(usual: [.initiate], .original)), 8),
        ]
        return steps.flatMap { step, offset in
            let wrong = step.withWrongChecksum(at: offset)
            return [Case(nil, [wrong, step]), Case(nil, [step, wrong])]
        }
    }

    /// A query, an error, and a protocol without a checksum.
    static func withoutPorts(_ family: IPAddress.Family) -> [Case] {
        let types: [UInt8] = family == .ipv4 ? [8, 3] : [128, 1]
        let messages = types.map { type in
            ICMPCases.step(type, .original, family, about: ICMPCases.segment).withWrongChecksum(at: 2)
        }
        return (messages + [StatelessCases.step(.gre, .original).withWrongChecksum(at: 2)]).map { Case(nil, [$0]) }
    }
}
