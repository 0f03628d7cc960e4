import Netlink

/// What became of the traced packets, in numbers. They are a sample: only so many a second are traced.
package struct DropTally: Equatable, Sendable {
    /// Packets by what dropped them, and by kind.
    package private(set) var drops: [DroppingRule: [TracedKind: Int]] = [:]
    /// Packets that no rule of nf_tables was seen to drop.
    package private(set) var notDropped = 0
    /// Packets of which that cannot be said, as messages were lost while they were followed.
    package private(set) var unknown = 0
    /// Messages that the kernel could not deliver, and losses that it did not count.
    package private(set) var lostMessages = 0
    /// Losses of which the kernel said that they were, but not of how many messages.
    package private(set) var uncountedLosses = 0
    /// Messages that could not be decoded.
    package internal(set) var unread = 0

    /// Beyond so many kinds a rule's further ones are counted without their target.
    private static let mostKinds = 1024

    /// No packet yet.
    package init() {}

    /// Counts a packet that has come to its end.
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

    /// Packets that a rule dropped, of every kind.
    package func packets(droppedBy rule: DroppingRule) -> Int { (drops[rule] ?? [:]).values.reduce(0, +) }

    /// What dropped most comes first.
    package var rules: [DroppingRule] {
        drops.keys.sorted { left, right in
            let (one, other) = (packets(droppedBy: left), packets(droppedBy: right))
            return one == other ? left < right : one > other
        }
    }
}
