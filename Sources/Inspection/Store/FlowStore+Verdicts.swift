import Addresses
import Conntrack
import Firewall
import IPVS

/// The end of a reading, NEW events, packets and totals.
extension FlowStore {
    /// Ends the reading: settles all verdicts and counts them.
    ///
    /// - Parameters:
    ///   - took: seconds from reading the connections to the last look-up.
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

    /// Reading the table is assumed to take at least this many seconds, during which a connection may expire.
    private static let soon: UInt32 = 5
    /// After this many complete readings without it, a connection is forgotten.
    private static let mostMissed: UInt8 = 4

    /// Whether to keep a connection; a complete reading that does not list it hides it.
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
        // Something not read proves nothing: the earlier verdict stays, marked uncertain.
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

    /// If the connections were not read again, an entry becomes an orphan only in its second reading: the connections are read in between.
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

    /// Whether there are entries of services without a connection in this reading that may still turn out to have one.
    package var hasFreshOrphans: Bool {
        orphans > 0 && rows.contains { $0.traits.isSuperset(of: [.isHeld, .isOrphan, .isFresh]) }
    }

    /// Drops the entries without a connection: the reading is incomplete, so they cannot be called orphans.
    package mutating func forgetOrphans() {
        for slot in rows.indices where rows[slot].traits.isSuperset(of: [.isHeld, .isOrphan]) { remove(at: slot) }
    }

    // MARK: NEW events

    /// From now on it is given every NEW event, until `loseEvents`. Existing flows may be older than the watch.
    package mutating func beginWatch(at second: UInt32) {
        watch.begin(at: second)
        for slot in rows.indices where rows[slot].traits.contains(.isHeld) {
            rows[slot].traits.insert(.mayBeOlder)
        }
    }

    /// Events were lost: nothing can be proven until watching begins again.
    package mutating func loseEvents() { watch.lose() }

    /// Whether there is no watch, or it lost events: a new one may begin.
    package var needsWatch: Bool { !watch.isWhole }

    /// The basis for `never`: for how many seconds every NEW event has been received, and how many there were. Nil without a watch.
    package var evidence: (seconds: UInt32, events: Int)? { watch.isWhole ? (second &- watch.from, watch.events) : nil }

    /// Whether no flow can be called never for now because there were too many events to keep.
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

    /// Records the ctstate seen on a packet of a flow.
    ///
    /// - Returns: the packet's flow, if the store has it.
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

    /// Totals of all routes.
    package var counts: VerdictCounts { routes.reduce(into: VerdictCounts()) { $0 += $1.counts } }
}

extension FlowKey {
    /// From a packet from the client to the VIP. For an ICMP error, the flow it is about, whose packet went to the client.
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

    /// From a packet from the VIP to the client.
    fileprivate init?(serverPacket headers: PacketHeaders) {
        guard headers.embedded == nil, let from = headers.sourcePort, let to = headers.destinationPort else {
            return nil
        }
        self.init(
            protocol: headers.protocol, client: Endpoint(headers.destination, to),
            server: Endpoint(headers.source, from))
    }
}
