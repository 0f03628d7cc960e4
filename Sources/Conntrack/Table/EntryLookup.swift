import Addresses
import Netlink

/// Which one entry is looked up, as by `conntrack -G`.
package struct EntryLookup: Equatable, Sendable {
    /// Of one direction.
    package var tuple: Tuple
    /// Whether that is the reply's.
    package var isReply: Bool
    /// The zone of that direction.
    package var zone: UInt16

    package init(_ tuple: Tuple, isReply: Bool = false, zone: UInt16 = 0) {
        self.tuple = tuple
        self.isReply = isReply
        self.zone = zone
    }

    /// The same tuple, as that of the other direction.
    var reversed: EntryLookup { EntryLookup(tuple, isReply: !isReply, zone: zone) }

    /// Whether it is this entry.
    func finds(_ entry: Entry) -> Bool {
        let side = isReply ? entry.reply : entry.original
        guard (side.source, side.destination) == (tuple.source, tuple.destination),
            side.protocol == tuple.protocol, zone == entry.zone ?? side.zone ?? 0
        else { return false }
        // Kernels from 6.16 on track DCCP without its ports.
        return side.discriminator == tuple.discriminator || side.discriminator == .none
    }
}

extension Table {
    /// Looks up one entry: of a kernel by asking for it alone, of a capture in the table that it has.
    ///
    /// - Throws: also, `.notFound`, if there is none.
    package func entry(_ lookup: EntryLookup) throws(KernelError) -> Entry {
        var found: Entry?
        var isReversed = false
        // The kernel finds it by the tuple of either direction.
        func look(at entry: Entry) {
            if lookup.finds(entry) { found = entry } else if lookup.reversed.finds(entry) { isReversed = true }
        }
        var answer = Answer()
        if source.filters {
            if let entry = try entry(for: lookup.tuple, zone: lookup.zone) { look(at: entry) }
        } else {
            answer = try dumpRepeatedly(begin: { (found, isReversed) = (nil, false) }, look)
        }
        if let found { return found }
        if !answer.isWhole { throw Table.notWhole("the conntrack table", answer) }
        throw lookup.notFound(isReversed: isReversed)
    }
}

extension EntryLookup {
    fileprivate func notFound(isReversed: Bool) -> KernelError {
        let place = zone == 0 ? "" : " in zone \(zone)"
        let (one, other) = isReply ? ("reply", "original") : ("original", "reply")
        let detail =
            isReversed
            ? "no entry has this as its \(one) direction, but one as its \(other) direction"
            : "there is no such entry"
        return KernelError(
            "look up the conntrack entry of \(tuple)\(place)", .notFound, detail: detail,
            nextStep: isReversed ? nil : "ct-inspect dump with fewer options lists those that are like it")
    }
}
