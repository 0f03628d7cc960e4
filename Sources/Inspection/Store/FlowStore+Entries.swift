import Addresses
import Conntrack
import IPVS

/// The entries of a reading: the first dump of the table, and looking again for the flows that had none in it.
///
/// A dump walks the table while it changes, so it may miss an entry that is created meanwhile, or one that moves when the table is resized.
/// Therefore a flow is called absent only if a later query found nothing either: a look-up by its tuples, or a second dump started after
/// the first has ended. Either shows that at some moment after the connection was listed there was no such entry. A second dump shows it
/// for all flows and all zones at once, while look-ups cost a round trip for each tuple and zone. Both miss an entry that is created and
/// deleted between the two queries.
extension FlowStore {
    /// A dump of the table begins, or starts over: entries taken earlier in this reading no longer count.
    package mutating func beginEntries() {
        nextTrail.removeAll(keepingCapacity: true)
        zones = []
        isLookingAgain = false
        for slot in extras.doubts.keys { slots.rows[Int(slot)].traits.remove(.hasDoubts) }
        extras.forgetEntries()
        guard hasAttached else { return }
        hasAttached = false
        for slot in slots.rows.indices where slots.rows[slot].traits.contains(.hasEntry) {
            slots.rows[slot].traits.remove(.hasEntry)
            if slots.rows[slot].isOrphan, !slots.rows[slot].traits.contains(.isSettled) { remove(at: slot) }
        }
    }

    /// Takes an entry of the slots.table.
    ///
    /// - Parameter message: what it was decoded from; empty if entries are not kept.
    package mutating func take(_ entry: Entry, _ message: RawSpan = RawSpan()) {
        noteZones(of: entry)
        guard let key = FlowKey.original(entry) else { return }
        let mayServe = slots.table.mayServe(entry.original.destination)
        let slot = mayServe ? guessedSlot(of: key) : nil
        if let slot, !slots.rows[slot].isOrphan {
            if isLookingAgain { seenAgain += 1 } else { nextTrail.append(UInt32(slot)) }
            return attach(entry, message, to: slot)
        }
        if takeByReply(entry, message) { return }
        if let slot {
            attach(entry, message, to: slot)
        } else if mayServe, !isLookingAgain, slots.table.services.byAddress(key.protocol, key.server) != nil {
            keepOrphan(entry, message, key)
        }
    }

    mutating func noteZones(of entry: Entry) {
        if entry.hasZone { zones.formUnion(entry.allZones) }
    }

    /// Usually the slot that this position of the table matched in the previous dump. Inlined: a call would copy the whole store.
    @inline(__always)
    private func guessedSlot(of key: FlowKey) -> Int? {
        let position = isLookingAgain ? seenAgain : nextTrail.count
        if position < trail.count {
            let guess = Int(trail[position])
            let isHeld = slots.rows[guess].traits.contains(.isHeld)
            if isHeld, slots.isFlow(guess, key.protocol, key.client, key.server) { return guess }
        }
        return slots.find(key.protocol, key.client, key.server)
    }

    /// Attaches an entry created for a different tuple to the flows whose packets belong to it, and returns whether there are any: its
    /// replies come from the flow's real server (NAT), or the VIP created it, and the client's packets are its replies.
    private mutating func takeByReply(_ entry: Entry, _ message: RawSpan) -> Bool {
        if slots.table.mayServe(entry.reply.destination), let key = FlowKey.clientAnswers(entry),
            let slot = slots.find(key.protocol, key.client, key.server), !slots.rows[slot].isOrphan
        {
            attachByReply(entry, message, to: slot, of: 1)
            return true
        }
        if let source = entry.reply.source, slots.table.answeringServers.contains(source),
            let reply = FlowKey.reply(entry), case let slots = slots.answered(by: reply), !slots.isEmpty
        {
            for slot in slots { attachByReply(entry, message, to: slot, of: slots.count) }
            return true
        }
        return takeRewritten(entry, message)
    }

    /// With REDIRECT or DNAT before IPVS, and SNAT behind it, as Docker's ingress has them, the entry has the client's own address and the
    /// real server's answers, or those of the address that IPVS saw, and nothing else of the connection.
    private mutating func takeRewritten(_ entry: Entry, _ message: RawSpan) -> Bool {
        guard let source = entry.reply.source, let key = FlowKey.rewritten(entry) else { return false }
        var found: [Int] = []
        if slots.table.mayServe(source), let slot = slots.find(key.protocol, key.client, key.server),
            !slots.rows[slot].isOrphan
        {
            found = [slot]
        } else if slots.table.answeringServers.contains(source) {
            found = slots.answered(by: key)
        }
        for slot in found { attachByReply(entry, message, to: slot, of: found.count, isRewritten: true) }
        hasRewritten = hasRewritten || !found.isEmpty
        return !found.isEmpty
    }

    /// An entry created for the flow's own tuple takes precedence, whichever comes first.
    mutating func attachByReply(
        _ entry: Entry, _ message: RawSpan, to slot: Int, of flows: Int, isRewritten: Bool = false
    ) {
        if slots.rows[slot].traits.contains(.hasEntry) {
            if slots.rows[slot].traits.contains(.isFoundByReply) { noteSecond(entry, of: slot) }
            return
        }
        attach(entry, message, to: slot)
        slots.rows[slot].traits.insert(.isFoundByReply)
        extras.note(Rewriting(entry), of: slot)
        add(
            isRewritten
                ? .joinedAcrossNAT(entry.original, flows: flows) : .joinedByReply(entry.original, flows: flows),
            to: slot)
    }

    mutating func attach(_ entry: Entry, _ message: RawSpan, to slot: Int) {
        hasAttached = true
        var traits = slots.rows[slot].traits
        if traits.contains(.hasEntry) {
            if isLookingAgain, !traits.contains(.isFoundLate) { return }
            guard traits.contains(.isFoundByReply) else { return noteSecond(entry, of: slot) }
            extras.forgetDoubts(of: slot)
            traits.remove(.hasDoubts)
        }
        traits.formUnion([.hasEntry, .hadEntry])
        traits.subtract([.wasLooked, .isFoundByReply, .isUntranslated, .hasOwnTimeout])
        if context.hasOwnTimeout(entry) { traits.insert(.hasOwnTimeout) }
        if isLookingAgain { traits.insert(.isFoundLate) }
        if entry.status.contains(.seenReply) { traits.insert(.isReplied) } else { traits.remove(.isReplied) }
        let route = Int(slots.rows[slot].route)
        if slots.table.routes[route].translates, !entry.status.contains(.seenReply),
            entry.reply.source == slots.table.routes[route].virtual.address
        {
            traits.insert(.isUntranslated)
        }
        slots.rows[slot].traits = traits
        slots.rows[slot].entryID = entry.id ?? 0
        if slots.table.routes[route].isAmbiguous, let settled = slots.table.routes[route].settling(entry) {
            slots.rows[slot].route = number(of: settled)
        }
        let kernelState = PackedState(entry.state)
        let state = kernelState == .none ? .stateless : kernelState
        if slots.rows[slot].entryState != state {
            slots.rows[slot].entryState = state
            slots.rows[slot].changed = second
        }
        extras.keep(message, of: slot)
    }

    /// An interrupted dump may contain an entry twice; a different entry with the same tuple is in another zone.
    private mutating func noteSecond(_ entry: Entry, of slot: Int) {
        guard slots.rows[slot].entryID != entry.id ?? 0 else { return }
        if isLookingAgain, !slots.rows[slot].traits.contains(.isFoundLate) { return }
        add(.secondEntry(id: entry.id ?? 0, zone: entry.allZones.min() ?? 0), to: slot)
    }

    private mutating func keepOrphan(_ entry: Entry, _ message: RawSpan, _ key: FlowKey) {
        let route = Route.Key(protocol: key.protocol, virtual: key.server, destination: nil)
        var row = FlowRow(client: key.client, route: number(of: route), appeared: second)
        row.traits = [.isOrphan, .isFresh]
        row.verdict = .orphan
        orphans += 1
        attach(entry, message, to: slots.add(row))
    }

    /// - Parameter isWhole: whether the dump was complete; if not, an entry that was not in it may still exist.
    package mutating func endEntries(isWhole: Bool) {
        if !isWhole { isWholeSoFar = false }
        swap(&trail, &nextTrail)
    }

    /// - Parameter doubt: about the entry that it has now.
    private mutating func add(_ doubt: FlowDoubt, to slot: Int) {
        extras.add(doubt, to: slot)
        slots.rows[slot].traits.insert(.hasDoubts)
    }

    // MARK: Looking again

    /// How many flows without an entry are not yet certain to have none.
    package var unsettledCount: Int { slots.rows.count { wantsLook($0) } }

    /// The slots of these flows.
    package func unsettled(atMost most: Int) -> [UInt32] {
        var found: [UInt32] = []
        for slot in slots.rows.indices where wantsLook(slots.rows[slot]) {
            if found.count == most { break }
            found.append(UInt32(slot))
        }
        return found
    }

    /// The tuples to look its entry up by; with NAT, the reply tuple as well.
    package func tuples(at slot: UInt32) -> [Tuple] {
        guard slots.rows.indices.contains(Int(slot)) else { return [] }
        let row = slots.rows[Int(slot)]
        let route = route(of: row)
        let original = key(of: row).tuple
        guard route.mayBeNAT, let destination = route.destination else { return [original] }
        let reply = FlowKey(protocol: route.protocol, client: row.client, server: destination)
        return [original, reply.replyTuple]
    }

    /// Takes the result of looking up an unsettled flow; nil if nothing was found in any zone by any tuple.
    package mutating func look(_ slot: UInt32, found entry: Entry?, _ message: RawSpan = RawSpan()) {
        guard slots.rows.indices.contains(Int(slot)) else { return }
        guard let entry else {
            if !slots.rows[Int(slot)].traits.contains(.hasEntry) {
                slots.rows[Int(slot)].traits.formUnion([.wasLooked, .isLooked])
            }
            return
        }
        let wasLookingAgain = isLookingAgain
        isLookingAgain = true
        defer { isLookingAgain = wasLookingAgain }
        noteZones(of: entry)
        if FlowKey.original(entry) == key(of: slots.rows[Int(slot)]) {
            attach(entry, message, to: Int(slot))
        } else {
            attachByReply(entry, message, to: Int(slot), of: 1)
        }
    }

    /// An unsettled flow could not be looked up: it stays without an entry, doubtfully.
    package mutating func look(_ slot: UInt32, failed why: String) {
        guard slots.rows.indices.contains(Int(slot)) else { return }
        add(.notLookedUp(why), to: Int(slot))
    }

    /// Begins a second dump, which only settles unsettled flows and creates no orphans.
    package mutating func beginSecondDump() {
        isLookingAgain = true
        seenAgain = 0
        for slot in slots.rows.indices where slots.rows[slot].traits.contains(.isFoundLate) {
            slots.rows[slot].traits.subtract([.hasEntry, .isFoundLate, .hasDoubts])
            extras.forgetDoubts(of: slot)
        }
    }

    /// - Parameter isWhole: whether the dump was complete; if so, flows still without an entry have none.
    package mutating func endSecondDump(isWhole: Bool) {
        isLookingAgain = false
        guard isWhole else { return isWholeSoFar = false }
        for slot in slots.rows.indices where wantsLook(slots.rows[slot]) {
            slots.rows[slot].traits.formUnion([.wasLooked, .isLooked])
        }
    }

    /// Listed in the current reading, without an entry, and not certain to have none.
    @inline(__always)
    private func wantsLook(_ row: FlowRow) -> Bool {
        row.traits.contains(.isListed) && row.traits.isDisjoint(with: [.hasEntry, .isExpected])
            && !row.isAbsenceCertain(isWhole: isWholeSoFar)
    }
}

extension Entry {
    fileprivate var hasZone: Bool { zone != nil || original.zone != nil || reply.zone != nil }

    /// The entry's zone, or the zones set for a single direction.
    fileprivate var allZones: [UInt16] { [zone, original.zone, reply.zone].compactMap(\.self) }
}
