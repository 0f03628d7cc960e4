import Conntrack
import IPVS

/// Looking once more for the entries of flows that had none in the table as it was dumped.
///
/// A dump walks the table while it changes, so an entry that is made meanwhile may be missed, and so may one that moves on when the table
/// is resized. So a flow is called absent only when a later question has found nothing, too: a look-up by its tuples, or a second dump
/// that begins when the first has ended. Either says that at some moment after the connection was listed there was no such entry; a
/// second dump says it for all flows at once, and for all zones, where look-ups cost a round trip for each tuple and zone. In both cases an
/// entry that is made and ended between the two questions is missed.
extension FlowStore {
    /// How many flows it is not certain of that they have no entry.
    package var unsettledCount: Int { rows.count { wantsLook($0) } }

    /// These flows, by their slots.
    package func unsettled(atMost most: Int) -> [UInt32] {
        var slots: [UInt32] = []
        for slot in rows.indices where slots.count < most && wantsLook(rows[slot]) { slots.append(UInt32(slot)) }
        return slots
    }

    /// The tuples by which its entry would be found: with NAT that of the reply, too.
    package func tuples(at slot: UInt32) -> [Tuple] {
        guard rows.indices.contains(Int(slot)) else { return [] }
        let row = rows[Int(slot)]
        let route = route(of: row)
        let original = key(of: row).tuple
        guard route.mayBeNAT, let destination = route.destination else { return [original] }
        let reply = FlowKey(protocol: route.protocol, client: row.client, server: destination)
        return [original, reply.replyTuple]
    }

    /// Takes what a look-up for an unsettled flow found; nil when it found nothing, in no zone and by no tuple.
    package mutating func look(_ slot: UInt32, found entry: Entry?, _ message: RawSpan = RawSpan()) {
        guard rows.indices.contains(Int(slot)) else { return }
        guard let entry else {
            if !rows[Int(slot)].traits.contains(.hasEntry) {
                rows[Int(slot)].traits.formUnion([.wasLooked, .isLooked])
            }
            return
        }
        let wasLookingAgain = isLookingAgain
        isLookingAgain = true
        defer { isLookingAgain = wasLookingAgain }
        noteZones(of: entry)
        if FlowKey.original(entry) == key(of: rows[Int(slot)]) {
            attach(entry, message, to: Int(slot))
        } else {
            attachByReply(entry, message, to: Int(slot), of: 1)
        }
    }

    /// A second dump begins: it counts for the flows that are unsettled, and makes no orphans.
    package mutating func beginSecondDump() {
        isLookingAgain = true
        seenAgain = 0
        for slot in rows.indices where rows[slot].traits.contains(.isFoundLate) {
            rows[slot].traits.subtract([.hasEntry, .isFoundLate, .hasDoubts])
            doubts[UInt32(slot)] = nil
        }
    }

    /// - Parameter isWhole: whether the whole table came; if so, what is still without an entry has none.
    package mutating func endSecondDump(isWhole: Bool) {
        isLookingAgain = false
        guard isWhole else { return isWholeSoFar = false }
        for slot in rows.indices where wantsLook(rows[slot]) { rows[slot].traits.formUnion([.wasLooked, .isLooked]) }
    }

    /// Listed now, without an entry, and not known to have none.
    private func wantsLook(_ row: FlowRow) -> Bool {
        row.traits.contains(.isListed) && row.traits.isDisjoint(with: [.hasEntry, .isExpected])
            && !isAbsenceCertain(row)
    }

    /// Whether it is certain that a flow without an entry in this reading has none: it was looked for once more; or the reading is whole, and it
    /// had none in the reading before, either.
    func isAbsenceCertain(_ row: FlowRow) -> Bool {
        if row.traits.contains(.isLooked) { return true }
        let wasAbsent = row.traits.contains(.isSettled) && (row.verdict == .absent || row.verdict == .never)
        return isWholeSoFar && (wasAbsent || row.traits.contains(.wasLooked))
    }
}
