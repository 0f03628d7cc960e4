import Addresses
import Conntrack
import Firewall
import IPVS

/// One flow as the store keeps it, in 64 bytes, since there may be a million. Times are seconds since the store was created.
package struct FlowRow: Sendable {
    package internal(set) var client: Endpoint
    /// The number of its route: protocol, VIP and real server.
    package internal(set) var route: UInt32
    /// Seconds until IPVS expires the connection, as last read.
    package internal(set) var expires: UInt32 = 0
    var mark: UInt32 = 0
    var packetCount: UInt32 = 0
    /// When it was first seen.
    package internal(set) var appeared: UInt32
    /// When its verdict, its IPVS state or the state of its entry last changed.
    package internal(set) var changed: UInt32
    /// When the NEW event for its entry arrived; nil if none did.
    package var newEvent: UInt32? { newEventPlusOne == 0 ? nil : newEventPlusOne - 1 }
    var newEventPlusOne: UInt32 = 0
    /// The id of its entry, which distinguishes it from a second entry with the same tuple.
    var entryID: UInt32 = 0
    /// The index of its IPVS state in the store's list of names.
    var state: UInt8 = 0
    /// The protocol's state in its conntrack entry; `none` if there is no entry.
    var entryState = PackedState.none
    /// As settled by the last reading.
    package internal(set) var verdict = FlowVerdict.absent
    /// The ctstates seen on its packets.
    package internal(set) var ctstates = CTStates()
    /// How many complete readings in a row did not list its connection. It is then hidden, but kept for a while: the kernel may skip a row
    /// if rows before it disappear while the file is read. Before the traits, as a byte after them would take eight.
    var missed: UInt8 = 0
    var traits: Traits = []

    struct Traits: OptionSet, Sendable {
        let rawValue: UInt32
        /// The slot is in use.
        static let isHeld = Traits(rawValue: 1 << 0)
        /// The current reading lists its connection.
        static let isListed = Traits(rawValue: 1 << 1)
        /// A look-up, in this reading or an earlier one, found no entry, and none has been seen since.
        static let wasLooked = Traits(rawValue: 1 << 2)
        /// The current reading found its entry.
        static let hasEntry = Traits(rawValue: 1 << 3)
        /// Its entry has seen both directions.
        static let isReplied = Traits(rawValue: 1 << 4)
        /// It may be older than the watch for NEW events.
        static let mayBeOlder = Traits(rawValue: 1 << 5)
        /// Something that the verdict depends on was not read completely.
        static let isUncertain = Traits(rawValue: 1 << 6)
        /// It is an entry without a connection.
        static let isOrphan = Traits(rawValue: 1 << 7)
        /// The entry matches the flow only by its reply tuple.
        static let isFoundByReply = Traits(rawValue: 1 << 8)
        /// Its verdict has been settled at least once.
        static let isSettled = Traits(rawValue: 1 << 9)
        /// IPVS waits for its first packet: the client's port is not known yet.
        static let isExpected = Traits(rawValue: 1 << 10)
        /// An entry without a connection that the previous reading did not have: its connection may just be newer than the list of
        /// connections.
        static let isFresh = Traits(rawValue: 1 << 11)
        /// It has had an entry at some time.
        static let hadEntry = Traits(rawValue: 1 << 12)
        /// The current reading looked for its entry again, individually or in a second dump, and found none.
        static let isLooked = Traits(rawValue: 1 << 13)
        /// The current reading found its entry only when it looked again.
        static let isFoundLate = Traits(rawValue: 1 << 14)
        /// Its connection may have ended before the table was read.
        static let mayHaveEnded = Traits(rawValue: 1 << 15)
        /// There are doubts about its entry; the store lists them.
        static let hasDoubts = Traits(rawValue: 1 << 16)
        /// The last reading changed its verdict, or gave it the first one.
        static let isNews = Traits(rawValue: 1 << 17)
        /// The kernel's own table has its connection: mark, packets and the next two traits are known.
        static let hasDetails = Traits(rawValue: 1 << 18)
        /// IPVS leaves its packets to conntrack.
        static let hasNFCT = Traits(rawValue: 1 << 19)
        /// Its connection was learned from another director.
        static let isSynchronized = Traits(rawValue: 1 << 20)

        static let isShowable = Traits(rawValue: isSettled.rawValue | isPending.rawValue)

        static let flags: [ConnectionDetails.Flags] = [[], .nfct, .synchronized, [.nfct, .synchronized]]

        // As a number, since these are asked for each row of a table.
        static let doubtful =
            isUncertain.rawValue | mayHaveEnded.rawValue | hasDoubts.rawValue | mayHavePackets.rawValue

        /// The first reading lists it, and has not settled it yet.
        static let isPending = Traits(rawValue: 1 << 21)

        /// /proc says where its connection comes from.
        static let hasOrigin = Traits(rawValue: 1 << 22)
        /// It was learned from another director, and may have had packets here since.
        static let mayHavePackets = Traits(rawValue: 1 << 23)

        /// Its entry, of a NAT service, expects the VIP's own answers: IPVS did not make it.
        static let isUntranslated = Traits(rawValue: 1 << 24)

        /// A FIN or RST of it was seen to be dropped, and its IPVS state has not changed since.
        static let isEndDropped = Traits(rawValue: 1 << 25)
        /// Its entry does not live by the settings: see `FlowContext.hasOwnTimeout`.
        static let hasOwnTimeout = Traits(rawValue: 1 << 26)
        /// A record tells of it: nothing of it is judged again.
        static let isRecorded = Traits(rawValue: 1 << 27)
        static let isRecordedAsStuck = Traits(rawValue: 1 << 28)

        /// What the current reading found; `finish` turns it into a verdict.
        static let ofReading: Traits = [.isListed, .hasEntry, .isLooked, .isFoundLate]
    }

    /// It existed, or may have existed, when watching for NEW events began: its age is unknown.
    package var mayBeOlder: Bool { traits.contains(.mayBeOlder) }

    /// Whether there is an entry of it in the conntrack table.
    package var hasEntry: Bool { entryState != .none }

    /// IPVS waits for its first packet, and there is no entry.
    var isExpected: Bool { traits.contains(.isExpected) && !hasEntry }

    /// Its entry is not IPVS's, and has seen no answer.
    @inline(__always)
    var isUntranslated: Bool { traits.contains(.isUntranslated) && hasEntry }

    /// It has no verdict yet: the first reading, which lists it, goes on.
    package var isPending: Bool { traits.contains(.isPending) }

    package var isOrphan: Bool { traits.contains(.isOrphan) }

    /// A record tells of it: its states are those of when it changed last, and when it expires is not known.
    package var isRecorded: Bool { traits.contains(.isRecorded) }

    /// Whether the verdict is uncertain: something was not read completely, the connection may have ended before the table was read, or
    /// there are doubts about which entry is its own.
    package var isDoubtful: Bool { traits.rawValue & Traits.doubtful != 0 }

    /// Whether the last reading changed its verdict, or gave it the first one.
    package var isNews: Bool { traits.contains(.isNews) }
}

extension FlowRow {
    /// From the client, as the kernel's own table counts them; nil if the connection comes from /proc, and for an orphan.
    package var packets: UInt32? { traits.contains(.hasDetails) ? packetCount : nil }

    /// Of the packet that its connection was made for; nil as above.
    package var firewallMark: UInt32? { traits.contains(.hasDetails) ? mark : nil }

    /// Nil as above.
    package var flags: ConnectionDetails.Flags? {
        guard traits.contains(.hasDetails) else { return nil }
        return Traits.flags[(traits.contains(.hasNFCT) ? 1 : 0) | (traits.contains(.isSynchronized) ? 2 : 0)]
    }

    /// Whether IPVS leaves its packets to conntrack; nil if that is not known.
    var nfct: Bool? { traits.contains(.hasDetails) ? traits.contains(.hasNFCT) : nil }

    /// Whether the slot is in use, and the current reading has not listed its connection.
    @inline(__always)
    var awaitsListing: Bool { traits.contains(.isHeld) && !traits.contains(.isListed) }

    /// The current reading lists its connection.
    @inline(__always)
    mutating func list(expires: UInt32, _ details: ConnectionDetails?) {
        self.expires = expires
        traits.insert(.isListed)
        keep(details)
    }

    /// - Parameter method: its route's.
    func details(_ method: ForwardingMethod?) -> ConnectionDetails? {
        guard let flags, let method else { return nil }
        return ConnectionDetails(method, flags: flags, firewallMark: mark, packets: packetCount)
    }

    @inline(__always)
    private mutating func keep(_ details: ConnectionDetails?) {
        guard let details else {
            traits.subtract([.hasDetails, .hasNFCT, .isSynchronized, .hasOrigin])
            (mark, packetCount) = (0, 0)
            return
        }
        var traits = traits.union(.hasDetails).subtracting([.hasNFCT, .isSynchronized])
        if details.flags.hasNFCT { traits.insert(.hasNFCT) }
        if details.flags.isSynchronized { traits.insert(.isSynchronized) }
        self.traits = traits
        (mark, packetCount) = (details.firewallMark, details.packets)
    }

    /// A connection missing from the last complete reading is hidden; an orphan is shown only once it is known to be one.
    var isShown: Bool {
        traits.contains(.isHeld) && !traits.isDisjoint(with: .isShowable) && missed == 0
    }
}

extension FlowRow {
    init(client: Endpoint, route: UInt32, appeared: UInt32) {
        self.client = client
        self.route = route
        self.appeared = appeared
        changed = appeared
    }
}

/// A set of ctstates, in one byte.
package struct CTStates: Equatable, Sendable {
    /// The values of `CTState.bit` that fit into eight bits.
    package private(set) var bits: UInt8 = 0

    package init() {}

    /// Whether none was seen.
    package var isEmpty: Bool { bits == 0 }

    /// False for a state whose bit is above the lowest eight.
    package func contains(_ state: CTState) -> Bool { bits & UInt8(truncatingIfNeeded: state.bit) != 0 }

    /// Ignores a state whose bit is above the lowest eight.
    package mutating func insert(_ state: CTState) { bits |= UInt8(truncatingIfNeeded: state.bit) }

    /// Those that have a name, in the order of `CTState.named`.
    package var names: [String] { CTState.named.filter(contains).map(\.name) }

    /// `NEW,INVALID`
    package var text: String { names.joined(separator: ",") }
}
