import Addresses
import Conntrack
import Firewall
import IPVS

/// The end of a reading, and what is known besides readings.
extension FlowStore {
    /// Ends the reading: settles every verdict, and counts them.
    ///
    /// - Parameters:
    ///   - took: seconds from the reading of the connections to the last look-up.
    ///   - orphansAreKnown: whether the connections were read again after the table, so that an entry without one is an orphan at once.
    package mutating func finish(took: UInt32 = 0, orphansAreKnown: Bool = false) {
        for number in table.routes.indices { table.routes[number].counts = VerdictCounts() }
        for slot in rows.indices where rows[slot].traits.contains(.isHeld) {
            rows[slot].traits.remove(.isNews)
            if rows[slot].isOrphan {
                settleOrphan(slot, isKnown: orphansAreKnown)
            } else if isThere(slot) {
                settle(slot, max(took, Self.soon))
            }
        }
        watch.endReading(begunAt: second, isWhole: isWholeSoFar)
        readings += 1
        isReading = false
    }

    /// So many seconds reading the table may take at least while a connection expires.
    private static let soon: UInt32 = 5
    /// So many whole readings may pass over a connection before it is forgotten.
    private static let mostMissed: UInt8 = 4

    /// Whether a connection is still to be held; a whole reading that does not list it hides it.
    private mutating func isThere(_ slot: Int) -> Bool {
        if rows[slot].traits.contains(.isListed) {
            rows[slot].missed = 0
        } else if areConnectionsWhole {
            rows[slot].missed += 1
            if rows[slot].missed >= Self.mostMissed {
                remove(at: slot)
                return false
            }
        }
        return true
    }

    private mutating func settle(_ slot: Int, _ lasting: UInt32) {
        var row = rows[slot]
        let isListed = row.traits.contains(.isListed)
        let hasEntry = row.traits.contains(.hasEntry)
        let isCertain = hasEntry || isAbsenceCertain(row)
        let verdict: FlowVerdict =
            if hasEntry {
                row.traits.contains(.isReplied) ? .tracked : .unreplied
            } else {
                isCertain && provesNever(row) ? .never : .absent
            }
        // What was not read says nothing; what was read of it before holds, with a doubt.
        if isListed, hasEntry || isCertain || isWholeSoFar || !row.traits.contains(.isSettled) {
            if !hasEntry { row.entryState = .none }
            if row.verdict != verdict || !row.traits.contains(.isSettled) {
                row.verdict = verdict
                row.changed = second
                row.traits.insert(.isNews)
            }
        }
        if isListed, isCertain { row.traits.remove(.isUncertain) } else { row.traits.insert(.isUncertain) }
        let mayHaveEnded = row.verdict == .absent && row.expires < lasting
        if mayHaveEnded { row.traits.insert(.mayHaveEnded) } else { row.traits.remove(.mayHaveEnded) }
        row.traits.insert(.isSettled)
        row.traits.subtract(.ofReading)
        rows[slot] = row
        if row.isShown { table.routes[Int(row.route)].counts[row.verdict] += 1 }
    }

    private func provesNever(_ row: FlowRow) -> Bool {
        watch.isWhole && row.newEventPlusOne == 0
            && row.traits.isDisjoint(with: [.mayBeOlder, .hadEntry, .isExpected])
    }

    /// Where the connections were not read again, an entry is called an orphan from its second reading on, before which they were.
    private mutating func settleOrphan(_ slot: Int, isKnown: Bool) {
        guard rows[slot].traits.contains(.hasEntry) || !isWholeSoFar else { return remove(at: slot) }
        if rows[slot].traits.contains(.isFresh), !isKnown {
            rows[slot].traits.remove(.isFresh)
        } else if !rows[slot].traits.contains(.isSettled) {
            rows[slot].traits.formUnion([.isSettled, .isNews])
            rows[slot].traits.remove(.isFresh)
        }
        rows[slot].traits.subtract(.ofReading)
        if rows[slot].isShown { table.routes[Int(rows[slot].route)].counts[.orphan] += 1 }
    }

    /// Whether an entry of a service has no connection in this reading, and it is not known yet whether it ever will.
    package var hasFreshOrphans: Bool {
        orphans > 0 && rows.contains { $0.traits.isSuperset(of: [.isHeld, .isOrphan, .isFresh]) }
    }

    /// Nothing can be said of entries without a connection: something else of the reading is missing.
    package mutating func forgetOrphans() {
        for slot in rows.indices where rows[slot].traits.isSuperset(of: [.isHeld, .isOrphan]) { remove(at: slot) }
    }

    // MARK: NEW events

    /// From now on it is given every NEW event, until `loseEvents`. Flows that are there may be older.
    package mutating func beginWatch(at second: UInt32) {
        watch.begin(at: second)
        for slot in rows.indices where rows[slot].traits.contains(.isHeld) {
            rows[slot].traits.insert(.mayBeOlder)
        }
    }

    /// Events were lost: nothing is proven until watching begins again.
    package mutating func loseEvents() { watch.lose() }

    /// Whether there is no watch, or it was lost: another one may begin.
    package var needsWatch: Bool { !watch.isWhole }

    /// What `never` stands on: for how many seconds it was given every NEW event, and how many there were. Nil without a watch.
    package var evidence: (seconds: UInt32, events: Int)? { watch.isWhole ? (second &- watch.from, watch.events) : nil }

    /// Why no flow can be called never for now, when it is for want of room.
    package var isOverfull: Bool { watch.isOverfull }

    /// Takes the entry of a NEW event.
    package mutating func takeNew(_ entry: Entry, at second: UInt32) {
        watch.count()
        guard table.mayServe(entry.original.destination), let key = FlowKey.original(entry) else { return }
        if let slot = find(key.protocol, key.client, key.server) {
            rows[slot].newEventPlusOne = second + 1
        } else {
            watch.keep(key, at: second)
        }
    }

    // MARK: Packets

    /// Notes the ctstate that a packet of a flow was seen to have.
    ///
    /// - Returns: the flow, when it is one that is held.
    package mutating func note(_ headers: PacketHeaders, _ state: CTState) -> FlowKey? {
        guard let key = FlowKey(clientPacket: headers) ?? FlowKey(serverPacket: headers),
            let slot = find(key.protocol, key.client, key.server)
        else { return nil }
        rows[slot].ctstates.insert(state)
        return key
    }

    // MARK: Sums

    /// Why a flow has its verdict.
    package func reason(of row: FlowRow, _ sysctls: Sysctls) -> VerdictReason {
        reason(of: row, VerdictReasons(sysctls))
    }

    func reason(of row: FlowRow, _ reasons: VerdictReasons) -> VerdictReason {
        if row.traits.contains(.isExpected), row.entryState == .none { return .expected }
        let route = route(of: row)
        if row.isOrphan { return reasons.orphan(of: table.services.byAddress(route.protocol, route.virtual)) }
        return reasons.reason(for: row.verdict, route.method)
    }

    /// All verdicts.
    package var counts: VerdictCounts { routes.reduce(into: VerdictCounts()) { $0 += $1.counts } }
}

extension FlowKey {
    /// Of a packet from the client to the VIP; of an ICMP error, of the flow that it is about, whose packet went to the client.
    fileprivate init?(clientPacket headers: PacketHeaders) {
        if let flow = headers.embedded {
            guard let from = flow.sourcePort, let to = flow.destinationPort else { return nil }
            self.init(
                protocol: flow.protocol, client: Endpoint(flow.destination, to), server: Endpoint(flow.source, from))
            return
        }
        guard let from = headers.sourcePort, let to = headers.destinationPort else { return nil }
        self.init(
            protocol: headers.protocol, client: Endpoint(headers.source, from),
            server: Endpoint(headers.destination, to))
    }

    /// Of a packet from the VIP to the client.
    fileprivate init?(serverPacket headers: PacketHeaders) {
        guard headers.embedded == nil, let from = headers.sourcePort, let to = headers.destinationPort else {
            return nil
        }
        self.init(
            protocol: headers.protocol, client: Endpoint(headers.destination, to),
            server: Endpoint(headers.source, from))
    }
}
