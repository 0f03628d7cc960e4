import Inspection
import Packets
import TableSupport

/// DCCP packets; on kernels without a tracker of it any of them opens an entry.
enum DCCPCases {
    /// A packet with the same sequence number in any order: each side's stays the same.
    static func step(_ type: UInt8, _ direction: TupleDirection = .original) -> Step {
        Step(.dccp(DCCPType(rawValue: type)), direction) { from, to in
            let (own, other): (UInt32, UInt32) = direction == .original ? (1000, 2000) : (2000, 1000)
            return PacketBytes.dccp(type: type, sequence: own, acknowledgement: other, from: from, to: to)
        }
    }

    static var first: [Case] { (UInt8(0)..<16).map { Case(nil, [step($0)]) } }

    /// Three packets, starting without an entry, in any direction.
    static var lives: [Case] {
        let types = UInt8(0)..<10
        let anyStep = types.flatMap { type in TupleDirection.allCases.map { step(type, $0) } }
        return types.flatMap { first in
            anyStep.flatMap { second in anyStep.map { Case(nil, [step(first), second, $0]) } }
        }
    }
}
