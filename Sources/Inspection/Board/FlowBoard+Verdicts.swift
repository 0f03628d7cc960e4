import Addresses
import Conntrack
import Firewall
import IPVS

/// The end of a reading, and what is told besides readings.
extension FlowBoard {
    /// Ends the reading: settles every verdict, and counts them.
    package mutating func finish() {
        for number in places.indices { places[number].counts = VerdictCounts() }
        for slot in rows.indices where rows[slot].traits.contains(.isHeld) {
            if rows[slot].isOrphan { settleOrphan(slot) } else if isThere(slot) { settle(slot) }
        }
        watch.endReading(begunAt: second, isWhole: isWholeSoFar)
        readings += 1
        isReading = false
    }

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

    private mutating func settle(_ slot: Int) {
        var row = rows[slot]
        let isListed = row.traits.contains(.isListed)
        let hasEntry = row.traits.contains(.hasEntry)
        let isCertain = hasEntry || isWholeSoFar && isAbsenceCertain(row)
        let verdict: Verdict =
            if hasEntry {
                row.traits.contains(.isReplied) ? .tracked : .unreplied
            } else {
                isCertain && provesNever(row) ? .never : .absent
            }
        // What was not read says nothing; what was read of it before stands, with a doubt.
        if isListed, hasEntry || isWholeSoFar || !row.traits.contains(.isSettled) {
            if !hasEntry { row.entryState = .none }
            if row.verdict != verdict || !row.traits.contains(.isSettled) {
                row.verdict = verdict
                row.changed = second
            }
        }
        if isListed, isCertain { row.traits.remove(.isUncertain) } else { row.traits.insert(.isUncertain) }
        row.traits.insert(.isSettled)
        row.traits.subtract([.isListed, .hasEntry])
        rows[slot] = row
        if row.isShown { places[Int(row.place)].counts[row.verdict] += 1 }
    }

    private func provesNever(_ row: FlowRow) -> Bool {
        watch.isWhole && row.newEventPlusOne == 0
            && row.traits.isDisjoint(with: [.mayBeOlder, .hadEntry, .isExpected])
    }

    private mutating func settleOrphan(_ slot: Int) {
        guard rows[slot].traits.contains(.hasEntry) || !isWholeSoFar else {
            orphans -= 1
            remove(at: slot)
            return
        }
        // It counts from its second reading on, before which the connections were read again.
        if rows[slot].traits.contains(.isFresh) {
            rows[slot].traits.remove(.isFresh)
        } else {
            rows[slot].traits.insert(.isSettled)
        }
        rows[slot].traits.remove(.hasEntry)
        if rows[slot].isShown { places[Int(rows[slot].place)].counts[.orphan] += 1 }
    }

    // MARK: NEW events

    /// From now on every NEW event is told, until `loseEvents`. Flows that are there may be older.
    package mutating func beginWatch(at second: UInt32) {
        watch.begin(at: second)
        for slot in rows.indices where rows[slot].traits.contains(.isHeld) {
            rows[slot].traits.insert(.mayBeOlder)
        }
    }

    /// Events were lost: nothing is proven any more until a watch begins anew.
    package mutating func loseEvents() { watch.lose() }

    /// Whether there is no watch, or it was lost: another one may begin.
    package var needsWatch: Bool { !watch.isWhole }

    /// What `never` stands on: for how many seconds every NEW event was told, and how many there were. Nil without a watch.
    package var evidence: (seconds: UInt32, events: Int)? { watch.isWhole ? (second &- watch.from, watch.events) : nil }

    /// Why no flow can be called never for now, when it is for want of room.
    package var isOverfull: Bool { watch.isOverfull }

    /// Takes the entry of a NEW event.
    package mutating func takeNew(_ entry: Entry, at second: UInt32) {
        watch.count()
        guard mayServe(entry.original.destination), let key = FlowKey.original(entry) else { return }
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
        if row.traits.contains(.isExpected), row.entryState == .none { return VerdictReasons.expected }
        let reasons = VerdictReasons(sysctls)
        return reasons.reason(for: row.verdict, place(of: row).method)
    }

    /// All verdicts.
    package var counts: VerdictCounts { places.reduce(into: VerdictCounts()) { $0 += $1.counts } }
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
