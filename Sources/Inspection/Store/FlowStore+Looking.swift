import Conntrack
import IPVS

/// Looking again for the entries of flows that had none in the dump of the table.
///
/// A dump walks the table while it changes, so it may miss an entry that is created meanwhile, or one that moves when the table is resized.
/// Therefore a flow is called absent only if a later query found nothing either: a look-up by its tuples, or a second dump started after
/// the first has ended. Either shows that at some moment after the connection was listed there was no such entry. A second dump shows it
/// for all flows and all zones at once, while look-ups cost a round trip for each tuple and zone. Both miss an entry that is created and
/// deleted between the two queries.
extension FlowStore {
    /// How many flows without an entry are not yet certain to have none.
    package var unsettledCount: Int { rows.count { wantsLook($0) } }

    /// The slots of these flows.
    package func unsettled(atMost most: Int) -> [UInt32] {
        var slots: [UInt32] = []
        for slot in rows.indices where slots.count < most && wantsLook(rows[slot]) { slots.append(UInt32(slot)) }
        return slots
    }

    /// The tuples to look its entry up by; with NAT, the reply tuple as well.
    package func tuples(at slot: UInt32) -> [Tuple] {
        guard rows.indices.contains(Int(slot)) else { return [] }
        let row = rows[Int(slot)]
        let route = route(of: row)
        let original = key(of: row).tuple
        guard route.mayBeNAT, let destination = route.destination else { return [original] }
        let reply = FlowKey(protocol: route.protocol, client: row.client, server: destination)
        return [original, reply.replyTuple]
    }

    /// Takes the result of looking up an unsettled flow; nil if nothing was found in any zone by any tuple.
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

    /// Begins a second dump, which only settles unsettled flows and creates no orphans.
    package mutating func beginSecondDump() {
        isLookingAgain = true
        seenAgain = 0
        for slot in rows.indices where rows[slot].traits.contains(.isFoundLate) {
            rows[slot].traits.subtract([.hasEntry, .isFoundLate, .hasDoubts])
            doubts[UInt32(slot)] = nil
        }
    }

    /// - Parameter isWhole: whether the dump was complete; if so, flows still without an entry have none.
    package mutating func endSecondDump(isWhole: Bool) {
        isLookingAgain = false
        guard isWhole else { return isWholeSoFar = false }
        for slot in rows.indices where wantsLook(rows[slot]) { rows[slot].traits.formUnion([.wasLooked, .isLooked]) }
    }

    /// Listed in the current reading, without an entry, and not certain to have none.
    private func wantsLook(_ row: FlowRow) -> Bool {
        row.traits.contains(.isListed) && row.traits.isDisjoint(with: [.hasEntry, .isExpected])
            && !isAbsenceCertain(row)
    }

    /// Whether a flow without an entry in this reading certainly has none: it was looked for again; or the reading is complete so far, and
    /// the flow had no entry in the previous reading either.
    func isAbsenceCertain(_ row: FlowRow) -> Bool {
        if row.traits.contains(.isLooked) { return true }
        let wasAbsent = row.traits.contains(.isSettled) && (row.verdict == .absent || row.verdict == .never)
        return isWholeSoFar && (wasAbsent || row.traits.contains(.wasLooked))
    }
}
