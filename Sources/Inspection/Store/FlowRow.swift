import Addresses
import Conntrack
import Firewall

/// What a store holds of one flow, in 56 bytes, as there may be a million. Times are seconds since the store was made.
package struct FlowRow: Sendable {
    /// Who began it.
    package internal(set) var client: Endpoint
    /// The number of its route: protocol, VIP and real server.
    package internal(set) var route: UInt32
    /// Seconds until IPVS lets the connection go, as read last.
    package internal(set) var expires: UInt32 = 0
    /// When it was seen first.
    package internal(set) var appeared: UInt32
    /// When its verdict or IPVS's state became what it is.
    package internal(set) var changed: UInt32
    /// When the NEW event of its entry came; nil when none did.
    package var newEvent: UInt32? { newEventPlusOne == 0 ? nil : newEventPlusOne - 1 }
    var newEventPlusOne: UInt32 = 0
    /// The id of its entry, which tells it from a second one with the same tuple.
    var entryID: UInt32 = 0
    /// The number of IPVS's state in the store's list of names.
    var state: UInt8 = 0
    /// The protocol's state in its conntrack entry; `none` when there is no entry.
    var entryState = PackedState.none
    /// As settled by the last reading.
    package internal(set) var verdict = FlowVerdict.absent
    /// The ctstates that its packets were seen to have.
    package internal(set) var ctstates = CTStates()
    var traits: Traits = []
    /// How many whole readings in a row did not have its connection. It is hidden then, but not forgotten at once: a row may be passed over
    /// when others before it go while the file is read.
    var missed: UInt8 = 0

    struct Traits: OptionSet, Sendable {
        let rawValue: UInt32
        /// The slot is in use.
        static let isHeld = Traits(rawValue: 1 << 0)
        /// The running reading has its connection.
        static let isListed = Traits(rawValue: 1 << 1)
        /// A look-up has found no entry since it had one last, in this reading or an earlier one.
        static let wasLooked = Traits(rawValue: 1 << 2)
        /// The running reading has its entry.
        static let hasEntry = Traits(rawValue: 1 << 3)
        /// Its entry has seen both directions.
        static let isReplied = Traits(rawValue: 1 << 4)
        /// It may have begun before the watch over NEW events did.
        static let mayBeOlder = Traits(rawValue: 1 << 5)
        /// Something of the verdict was not read to its end.
        static let isUncertain = Traits(rawValue: 1 << 6)
        /// It is an entry without a connection.
        static let isOrphan = Traits(rawValue: 1 << 7)
        /// The entry is the flow's by its reply tuple alone.
        static let isFoundByReply = Traits(rawValue: 1 << 8)
        /// Its verdict has been settled once.
        static let isSettled = Traits(rawValue: 1 << 9)
        /// IPVS waits for its first packet: the client's port is not known.
        static let isExpected = Traits(rawValue: 1 << 10)
        /// An entry without a connection that the reading before did not have: its connection may only be younger than the list of those.
        static let isFresh = Traits(rawValue: 1 << 11)
        /// There was an entry for it once.
        static let hadEntry = Traits(rawValue: 1 << 12)
        /// The running reading has looked for its entry by itself, or in a second dump, and found none.
        static let isLooked = Traits(rawValue: 1 << 13)
        /// The running reading has found its entry only when it looked once more.
        static let isFoundLate = Traits(rawValue: 1 << 14)
        /// Its connection may have ended before the table was read.
        static let mayHaveEnded = Traits(rawValue: 1 << 15)
        /// There are doubts about its entry, which the store holds.
        static let hasDoubts = Traits(rawValue: 1 << 16)
        /// The last reading gave it another verdict than it had, or its first.
        static let isNews = Traits(rawValue: 1 << 17)

        /// What the running reading has found, which `finish` turns into a verdict.
        static let ofReading: Traits = [.isListed, .hasEntry, .isLooked, .isFoundLate]
    }

    /// It was there when the watch over NEW events began, or may have been: how old it is, nobody knows.
    package var mayBeOlder: Bool { traits.contains(.mayBeOlder) }

    /// Of an entry without a connection.
    package var isOrphan: Bool { traits.contains(.isOrphan) }

    /// What speaks against the verdict: something was not read to its end, the connection may have ended before the table was read, or more than
    /// one entry may be meant.
    package var isDoubtful: Bool { !traits.isDisjoint(with: [.isUncertain, .mayHaveEnded, .hasDoubts]) }

    /// Whether the last reading gave it another verdict than it had, or its first.
    package var isNews: Bool { traits.contains(.isNews) }
}

/// Some ctstates, in a byte.
package struct CTStates: Equatable, Sendable {
    /// The bits of `CTState.bit`, of the lowest eight.
    package private(set) var bits: UInt8 = 0

    /// None.
    package init() {}

    /// Whether none was seen.
    package var isEmpty: Bool { bits == 0 }

    /// Whether it was seen; never for a state beyond the lowest eight bits.
    package func contains(_ state: CTState) -> Bool { bits & UInt8(truncatingIfNeeded: state.bit) != 0 }

    /// A state whose bit is not one of the kernel's lower eight is left out.
    package mutating func insert(_ state: CTState) { bits |= UInt8(truncatingIfNeeded: state.bit) }

    /// Those that have a name, in the order of `CTState.named`.
    package var names: [String] { CTState.named.filter(contains).map(\.name) }

    /// `NEW,INVALID`
    package var text: String { names.joined(separator: ",") }
}
