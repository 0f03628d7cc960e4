import Addresses
import Conntrack

/// Identifies an entry: its id, original tuple and zone, packed into 48 bytes, as a ledger holds a million.
///
/// The id alone is not enough: it is a 32-bit hash (nf_ct_get_id). Nor does the key identify one life of an entry: one recreated with the
/// same tuple at the same memory address has the same id.
struct LedgerKey: Hashable, Sendable {
    private let original: PackedTuple
    private let id: UInt32
    private let zone: UInt16
    private let family: UInt8
    private let traits: Traits

    /// Distinguishes "not sent" from 0, and the direction of the zone: the kernel has one zone per entry, for one direction or both.
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

    /// An entry with what the key contains.
    ///
    /// - Parameter reply: nil if it mirrors the original.
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

    /// Whether a reply tuple mirrors the original, so that it need not be stored.
    func isMirrored(by reply: PackedTuple) -> Bool { reply == original.mirrored }

    /// The reply tuple of `entry` if it must be stored, because it does not mirror the original.
    static func oddReply(of entry: Entry) -> PackedTuple? {
        let reply = PackedTuple(entry.reply)
        return reply == PackedTuple(entry.original).mirrored ? nil : reply
    }
}
