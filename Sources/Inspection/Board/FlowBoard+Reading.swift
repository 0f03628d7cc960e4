import Addresses
import Conntrack
import IPVS

/// One reading, in the order that the board asks for.
extension FlowBoard {
    /// - Parameter second: the time of the reading, since the board was made.
    package mutating func begin(_ services: [Service], at second: UInt32) {
        if isReading { abandon() }
        lastSlot = -1
        nextTrail.removeAll(keepingCapacity: true)
        isReading = true
        self.second = second
        isWholeSoFar = true
        areConnectionsWhole = true
        orphansNotKept = 0
        take(services)
    }

    /// A reading that broke off has told nothing.
    private mutating func abandon() {
        for slot in rows.indices { rows[slot].traits.subtract([.isListed, .hasEntry]) }
    }

    /// Takes a connection of this reading; a template is none.
    package mutating func take(_ connection: Connection) {
        if connection.isTemplate { return }
        if let slot = slot(of: connection) {
            lastSlot = slot
            update(slot, with: connection)
        } else {
            insert(connection)
        }
    }

    /// Most often the one behind that of the row before.
    private func slot(of connection: Connection) -> Int? {
        let next = lastSlot + 1
        if next < rows.count, rows[next].traits.contains(.isHeld),
            isFlow(next, connection.protocol, connection.client, connection.virtual)
        {
            return next
        }
        return find(connection.protocol, connection.client, connection.virtual)
    }

    private mutating func update(_ slot: Int, with connection: Connection) {
        if places[Int(rows[slot].place)].destination != connection.destination {
            move(slot, to: connection)
        }
        rows[slot].traits.insert(.isListed)
        rows[slot].expires = connection.expires
        if stateNames.isEmpty || stateNames[Int(rows[slot].state)] != connection.state {
            rows[slot].state = number(ofState: connection.state)
            rows[slot].changed = second
        }
    }

    /// A new connection has the ports of one that was there, or an orphan turns out to have a connection.
    private mutating func move(_ slot: Int, to connection: Connection) {
        if rows[slot].isOrphan { orphans -= 1 }
        rows[slot].place = number(of: connection.placeKey)
        rows[slot].traits.subtract([.isOrphan, .isFresh, .isSettled, .isFoundByReply, .wasLooked])
        rows[slot].missed = 0
        rows[slot].appeared = second
        rows[slot].changed = second
        rows[slot].ctstates = CTStates()
    }

    private mutating func insert(_ connection: Connection) {
        var row = FlowRow(client: connection.client, place: number(of: connection.placeKey), appeared: second)
        row.expires = connection.expires
        row.changed = second
        row.state = number(ofState: connection.state)
        row.traits = .isListed
        if connection.isExpected { row.traits.insert(.isExpected) }
        if !watch.isWhole || watch.mayNewRowsBeOlder || mayHaveMissedEvents(of: connection.virtual.address) {
            row.traits.insert(.mayBeOlder)
        }
        if let event = watch.take(FlowKey.original(connection)) { row.newEventPlusOne = event + 1 }
        lastSlot = add(row)
    }

    /// Names of states are an open set, of a dozen in practice; beyond 255 they share the last number.
    private mutating func number(ofState name: String) -> UInt8 {
        if let known = stateNames.firstIndex(of: name) { return UInt8(known) }
        if stateNames.count <= Int(UInt8.max) { stateNames.append(name) }
        return UInt8(stateNames.count - 1)
    }

    /// - Parameter isWhole: whether all connections were read. If not, one that did not come may be there all the same.
    package mutating func endConnections(isWhole: Bool) {
        areConnectionsWhole = isWhole
        if !isWhole { isWholeSoFar = false }
    }

    /// Takes an entry of the table.
    package mutating func take(_ entry: Entry) {
        guard mayServe(entry.original.destination), let key = FlowKey.original(entry) else { return }
        if let slot = guessedSlot(of: key) {
            nextTrail.append(UInt32(slot))
            attach(entry, to: slot)
        } else if services.byAddress(key.protocol, key.server) != nil {
            keepOrphan(entry, key)
        }
    }

    /// Most often the one that this place of the table led to in the reading before.
    private func guessedSlot(of key: FlowKey) -> Int? {
        let position = nextTrail.count
        if position < trail.count {
            let guess = Int(trail[position])
            let isHeld = rows[guess].traits.contains(.isHeld)
            if isHeld, isFlow(guess, key.protocol, key.client, key.server) { return guess }
        }
        return find(key.protocol, key.client, key.server)
    }

    private mutating func attach(_ entry: Entry, to slot: Int) {
        rows[slot].traits.formUnion([.hasEntry, .hadEntry])
        rows[slot].traits.remove(.wasLooked)
        if entry.status.contains(.seenReply) {
            rows[slot].traits.insert(.isReplied)
        } else {
            rows[slot].traits.remove(.isReplied)
        }
        let place = Int(rows[slot].place)
        if places[place].isAmbiguous, let settled = places[place].settling(entry) {
            rows[slot].place = number(of: settled)
        }
        let told = PackedState(entry.state)
        let state = told == .none ? .stateless : told
        if rows[slot].entryState != state {
            rows[slot].entryState = state
            rows[slot].changed = second
        }
    }

    private mutating func keepOrphan(_ entry: Entry, _ key: FlowKey) {
        guard orphans < FlowJoin.mostOrphans else {
            orphansNotKept += 1
            return
        }
        let place = Place.Key(protocol: key.protocol, virtual: key.server, destination: nil)
        var row = FlowRow(client: key.client, place: number(of: place), appeared: second)
        row.changed = second
        row.traits = [.isOrphan, .isFresh]
        row.verdict = .orphan
        orphans += 1
        attach(entry, to: add(row))
    }

    /// - Parameter isWhole: whether the whole table came. If not, an entry that did not come may be there all the same.
    package mutating func endEntries(isWhole: Bool) {
        if !isWhole { isWholeSoFar = false }
        swap(&trail, &nextTrail)
    }

    /// Flows of which it is not certain that they have no entry: those to `look` for once more, by their slots.
    package func unsettled(atMost most: Int) -> [UInt32] {
        var slots: [UInt32] = []
        for slot in rows.indices where slots.count < most && wantsLook(rows[slot]) { slots.append(UInt32(slot)) }
        return slots
    }

    /// The tuples by which its entry would be found: with NAT that of the reply, too.
    package func tuples(at slot: UInt32) -> [Tuple] {
        guard rows.indices.contains(Int(slot)) else { return [] }
        let row = rows[Int(slot)]
        let place = place(of: row)
        let original = key(of: row).tuple
        guard place.mayBeNAT, let destination = place.destination else { return [original] }
        let reply = FlowKey(protocol: place.protocol, client: row.client, server: destination)
        return [original, reply.replyTuple]
    }

    /// Takes what a look-up for an unsettled flow found.
    package mutating func look(_ slot: UInt32, found entry: Entry?) {
        guard rows.indices.contains(Int(slot)) else { return }
        guard let entry else {
            rows[Int(slot)].traits.insert(.wasLooked)
            rows[Int(slot)].traits.remove(.isFoundByReply)
            return
        }
        if FlowKey.original(entry) != key(of: rows[Int(slot)]) { rows[Int(slot)].traits.insert(.isFoundByReply) }
        attach(entry, to: Int(slot))
    }
}

extension FlowRow {
    init(client: Endpoint, place: UInt32, appeared: UInt32) {
        self.client = client
        self.place = place
        self.appeared = appeared
        changed = appeared
    }
}

extension FlowBoard {
    /// Listed now, without an entry, and not looked for since it had one last.
    private func wantsLook(_ row: FlowRow) -> Bool {
        row.traits.contains(.isListed) && row.traits.isDisjoint(with: [.hasEntry, .isExpected])
            && (row.traits.contains(.isFoundByReply) || !isAbsenceCertain(row))
    }

    /// Whether it is certain that a flow without an entry in this reading has none. A flow that had none in the reading before, either, was in no
    /// table while this one was read. One that is new, or had one, may have got it meanwhile; and with NAT the entry may have another
    /// original tuple.
    func isAbsenceCertain(_ row: FlowRow) -> Bool {
        if row.traits.contains(.wasLooked) { return true }
        let wasAbsent = row.traits.contains(.isSettled) && (row.verdict == .absent || row.verdict == .never)
        return wasAbsent && !places[Int(row.place)].mayBeNAT
    }
}

extension Connection {
    fileprivate var placeKey: Place.Key {
        Place.Key(protocol: `protocol`, virtual: virtual, destination: destination)
    }
}
