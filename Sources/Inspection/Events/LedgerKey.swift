import Addresses
import Conntrack

/// Which entry: its id, its original tuple and its zone, packed into 48 bytes, as a ledger holds a million.
///
/// The id alone would not do: it is a hash (nf_ct_get_id), 32 bits of it. Nor is the key the life of an entry: one that is made
/// anew with the same tuple in the same place of the kernel's memory has the same id.
struct LedgerKey: Hashable, Sendable {
    private let original: PackedTuple
    private let id: UInt32
    private let zone: UInt16
    private let family: UInt8
    private let traits: Traits

    /// What tells "not sent" from 0, and whose direction the zone is: the kernel knows one zone an entry, for one direction or for both.
    private struct Traits: OptionSet, Hashable, Sendable {
        let rawValue: UInt8
        static let hasID = Traits(rawValue: 1)
        static let zoneOfBoth = Traits(rawValue: 2)
        static let zoneOfOriginal = Traits(rawValue: 4)
        static let zoneOfReply = Traits(rawValue: 8)
    }

    init(_ entry: Entry) {
        original = PackedTuple(entry.original)
        id = entry.id ?? 0
        family = entry.family
        zone = entry.zone ?? entry.original.zone ?? entry.reply.zone ?? 0
        var traits: Traits = entry.id == nil ? [] : .hasID
        if entry.zone != nil {
            traits.insert(.zoneOfBoth)
        } else if entry.original.zone != nil {
            traits.insert(.zoneOfOriginal)
        } else if entry.reply.zone != nil {
            traits.insert(.zoneOfReply)
        }
        self.traits = traits
    }

    /// An entry that has what the key knows.
    ///
    /// - Parameter reply: nil when it is the original's mirror.
    func entry(reply: PackedTuple?) -> Entry {
        var entry = Entry()
        entry.family = family
        entry.id = traits.contains(.hasID) ? id : nil
        entry.original = original.tuple
        entry.reply = (reply ?? original.mirrored).tuple
        if traits.contains(.zoneOfBoth) { entry.zone = zone }
        if traits.contains(.zoneOfOriginal) { entry.original.zone = zone }
        if traits.contains(.zoneOfReply) { entry.reply.zone = zone }
        return entry
    }

    /// Whether a reply tuple is the original's mirror, so that it need not be held.
    func isMirrored(by reply: PackedTuple) -> Bool { reply == original.mirrored }

    /// The reply tuple of `entry` when it has to be held, because it is not the original's mirror.
    static func oddReply(of entry: Entry) -> PackedTuple? {
        let reply = PackedTuple(entry.reply)
        return reply == PackedTuple(entry.original).mirrored ? nil : reply
    }
}
