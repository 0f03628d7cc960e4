import Netlink

/// What happened to the traced packets, in numbers. They are a sample: tracing is rate-limited.
package struct DropTally: Equatable, Sendable {
    /// Packets by what dropped them, and by kind.
    package private(set) var drops: [DroppingRule: [TracedKind: Int]] = [:]
    /// Packets that no nf_tables rule was seen to drop.
    package private(set) var notDropped = 0
    /// Packets whose fate is unknown, because messages were lost while following them.
    package private(set) var unknown = 0
    /// Messages that the kernel could not deliver, if counted.
    package private(set) var lostMessages = 0
    /// Losses reported by the kernel without their size.
    package private(set) var uncountedLosses = 0
    /// Messages that could not be decoded.
    package internal(set) var unread = 0

    /// Beyond this many kinds, a rule's further ones are counted without their target.
    private static let mostKinds = 1024

    package init() {}

    /// Counts a packet whose trace has ended.
    package mutating func add(_ packet: TracedPacket) {
        switch packet.end {
        case .notDropped: notDropped += 1
        case .unknown: unknown += 1
        case .dropped(let rule):
            var kinds = drops[rule] ?? [:]
            var kind = TracedKind(packet)
            if kinds[kind] == nil, kinds.count >= Self.mostKinds { kind.target = nil }
            kinds[kind, default: 0] += 1
            drops[rule] = kinds
        }
    }

    /// Counts messages that the kernel could not deliver.
    package mutating func add(_ loss: EventLoss) {
        if let messages = loss.messages { lostMessages += messages } else { uncountedLosses += 1 }
    }

    /// Packets dropped by a rule, of every kind.
    package func packets(droppedBy rule: DroppingRule) -> Int { (drops[rule] ?? [:]).values.reduce(0, +) }

    /// Ordered by drops, the most first.
    package var rules: [DroppingRule] {
        drops.keys.sorted { left, right in
            let (one, other) = (packets(droppedBy: left), packets(droppedBy: right))
            return one == other ? left < right : one > other
        }
    }
}
