/// The decision of a rule or of a chain's policy about a packet. An open set: a verdict without a name is shown as its number.
///
/// Source: `NF_*` (linux/netfilter.h) from 0 on, `enum nft_verdicts` (linux/netfilter/nf_tables.h) below.
package struct PacketVerdict: RawRepresentable, Hashable, Sendable {
    /// The kernel's number.
    package let rawValue: Int32

    package init(rawValue: Int32) { self.rawValue = rawValue }

    /// The packet is dropped.
    package static let drop = PacketVerdict(rawValue: 0)
    /// The packet continues to the next base chain.
    package static let accept = PacketVerdict(rawValue: 1)
    /// Something else owns the packet now: synproxy, a forward to another device.
    package static let stolen = PacketVerdict(rawValue: 2)
    /// The packet waits for a program in user space.
    package static let queue = PacketVerdict(rawValue: 3)
    /// The hook restarts with the packet.
    package static let `repeat` = PacketVerdict(rawValue: 4)
    /// The next rule is tried.
    package static let `continue` = PacketVerdict(rawValue: -1)
    /// The rule ends here, without a match.
    package static let `break` = PacketVerdict(rawValue: -2)
    /// A chain is entered, which may return.
    package static let jump = PacketVerdict(rawValue: -3)
    /// A chain is entered, which returns to where this one would.
    package static let goto = PacketVerdict(rawValue: -4)
    /// The chain is left for the one that jumped to it.
    package static let `return` = PacketVerdict(rawValue: -5)

    /// Reads the kernel's number, whose upper half holds additional data if the number is not negative: the queue number, or the errno of a
    /// drop (`NF_VERDICT_MASK`).
    package init(code: UInt32) {
        let signed = Int32(bitPattern: code)
        self.init(rawValue: signed < 0 ? signed : signed & 0xFF)
    }
}

extension PacketVerdict: CustomStringConvertible {
    /// As in nft(8).
    package var description: String {
        switch self {
        case .drop: "drop"
        case .accept: "accept"
        case .stolen: "stolen"
        case .queue: "queue"
        case .repeat: "repeat"
        case .continue: "continue"
        case .break: "break"
        case .jump: "jump"
        case .goto: "goto"
        case .return: "return"
        default: String(rawValue)
        }
    }
}
