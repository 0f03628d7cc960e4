import Addresses
import Conntrack
import IPVS

/// The steps of a reading; see `FlowStore` for their order.
extension FlowStore {
    /// - Parameter second: the time of the reading, in seconds since the store was created.
    package mutating func begin(_ services: [Service], at second: UInt32) {
        if isReading { abandon() }
        lastSlot = -1
        isReading = true
        self.second = second
        isWholeSoFar = true
        areConnectionsWhole = true
        listed = 0
        templates.removeAll()
        take(services)
        beginEntries()
    }

    /// Discards what an unfinished reading found.
    private mutating func abandon() {
        for slot in rows.indices { rows[slot].traits.subtract(.ofReading) }
    }

    // MARK: Connections

    /// Takes a connection of this reading.
    package mutating func take(_ connection: Connection) {
        if connection.isTemplate {
            if keepsTemplates { templates.append(connection) }
            return
        }
        if let slot = slot(of: connection) {
            lastSlot = slot
            update(slot, with: connection)
        } else {
            insert(connection)
        }
    }

    /// Usually the slot after that of the previous row.
    private func slot(of connection: Connection) -> Int? {
        let next = lastSlot + 1
        if next < rows.count, rows[next].traits.contains(.isHeld),
            isFlow(next, connection.protocol, connection.client, connection.virtual)
        {
            return next
        }
        return find(connection.protocol, connection.client, connection.virtual)
    }

    /// The list is not a snapshot: a row may move while it is read, and appear twice. The first one counts.
    private mutating func update(_ slot: Int, with connection: Connection) {
        if rows[slot].traits.contains(.isListed) { return }
        let route = Int(rows[slot].route)
        if table.routes[route].destination != connection.destination { move(slot, to: connection) }
        rows[slot].traits.insert(.isListed)
        listed += 1
        rows[slot].expires = connection.expires
        keepEngine(of: connection, slot)
        if stateNames.isEmpty || stateNames[Int(rows[slot].state)] != connection.state {
            rows[slot].state = number(ofState: connection.state)
            rows[slot].changed = second
        }
    }

    /// A new connection reuses the ports of an earlier one, or an orphan turns out to have a connection.
    private mutating func move(_ slot: Int, to connection: Connection) {
        if rows[slot].isOrphan { orphans -= 1 }
        move(slot, to: number(of: connection.routeKey))
        rows[slot].traits.subtract([.isOrphan, .isFresh, .isSettled, .isFoundByReply, .wasLooked])
        rows[slot].missed = 0
        rows[slot].appeared = second
        rows[slot].changed = second
        rows[slot].ctstates = CTStates()
    }

    private mutating func insert(_ connection: Connection) {
        var row = FlowRow(client: connection.client, route: number(of: connection.routeKey), appeared: second)
        row.expires = connection.expires
        row.state = number(ofState: connection.state)
        row.traits = .isListed
        listed += 1
        if connection.isExpected { row.traits.insert(.isExpected) }
        if !watch.isWhole || watch.mayNewRowsBeOlder
            || table.mayHaveMissedEvents(of: connection.virtual.address, in: readings)
        {
            row.traits.insert(.mayBeOlder)
        }
        if let event = watch.take(FlowKey.original(connection)) { row.newEventPlusOne = event + 1 }
        lastSlot = add(row)
        keepEngine(of: connection, lastSlot)
    }

    private mutating func keepEngine(of connection: Connection, _ slot: Int) {
        if let engine = connection.persistenceEngine { engines[UInt32(slot)] = engine }
    }

    /// State names are an open set, about a dozen in practice; beyond 255 they share the last number.
    private mutating func number(ofState name: String) -> UInt8 {
        if let known = stateNames.firstIndex(of: name) { return UInt8(known) }
        if stateNames.count <= Int(UInt8.max) { stateNames.append(name) }
        return UInt8(stateNames.count - 1)
    }

    /// - Parameter isWhole: whether all connections were read; if not, one that was not listed may still exist.
    package mutating func endConnections(isWhole: Bool) {
        areConnectionsWhole = isWhole
        if !isWhole { isWholeSoFar = false }
    }

    /// Takes a connection read after the table. An entry that belongs to it is not an orphan: the connection was just newer than the first
    /// list.
    package mutating func takeLater(_ connection: Connection) {
        guard let slot = find(connection.protocol, connection.client, connection.virtual), rows[slot].isOrphan else {
            return
        }
        remove(at: slot)
    }

    // MARK: Entries

    /// A dump of the table begins, or starts over: entries taken earlier in this reading no longer count.
    package mutating func beginEntries() {
        nextTrail.removeAll(keepingCapacity: true)
        zones = []
        isLookingAgain = false
        forgetEntries()
        for slot in rows.indices where rows[slot].traits.contains(.hasEntry) {
            rows[slot].traits.remove(.hasEntry)
            if rows[slot].isOrphan, !rows[slot].traits.contains(.isSettled) { remove(at: slot) }
        }
    }

    /// Takes an entry of the table.
    ///
    /// - Parameter message: what it was decoded from; empty if entries are not kept.
    package mutating func take(_ entry: Entry, _ message: RawSpan = RawSpan()) {
        noteZones(of: entry)
        guard let key = FlowKey.original(entry) else { return }
        let mayServe = table.mayServe(entry.original.destination)
        let slot = mayServe ? guessedSlot(of: key) : nil
        if let slot, !rows[slot].isOrphan {
            if isLookingAgain { seenAgain += 1 } else { nextTrail.append(UInt32(slot)) }
            return attach(entry, message, to: slot)
        }
        if takeByReply(entry, message) { return }
        if let slot {
            attach(entry, message, to: slot)
        } else if mayServe, !isLookingAgain, table.services.byAddress(key.protocol, key.server) != nil {
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
            let isHeld = rows[guess].traits.contains(.isHeld)
            if isHeld, isFlow(guess, key.protocol, key.client, key.server) { return guess }
        }
        return find(key.protocol, key.client, key.server)
    }

    /// Attaches an entry created for a different tuple to the flows whose packets belong to it, and returns whether there are any: its
    /// replies come from the flow's real server (NAT), or the VIP created it, and the client's packets are its replies.
    private mutating func takeByReply(_ entry: Entry, _ message: RawSpan) -> Bool {
        if table.mayServe(entry.reply.destination), let key = FlowKey.clientAnswers(entry),
            let slot = find(key.protocol, key.client, key.server), !rows[slot].isOrphan
        {
            attachByReply(entry, message, to: slot, of: 1)
            return true
        }
        guard let source = entry.reply.source, table.answeringServers.contains(source),
            let reply = FlowKey.reply(entry)
        else { return false }
        let slots = answered(by: reply)
        for slot in slots { attachByReply(entry, message, to: slot, of: slots.count) }
        return !slots.isEmpty
    }

    /// An entry created for the flow's own tuple takes precedence, whichever comes first.
    mutating func attachByReply(_ entry: Entry, _ message: RawSpan, to slot: Int, of flows: Int) {
        if rows[slot].traits.contains(.hasEntry) {
            if rows[slot].traits.contains(.isFoundByReply) { noteSecond(entry, of: slot) }
            return
        }
        attach(entry, message, to: slot)
        rows[slot].traits.insert(.isFoundByReply)
        add(.joinedByReply(entry.original, flows: flows), to: slot)
    }

    mutating func attach(_ entry: Entry, _ message: RawSpan, to slot: Int) {
        var traits = rows[slot].traits
        if traits.contains(.hasEntry) {
            if isLookingAgain, !traits.contains(.isFoundLate) { return }
            guard traits.contains(.isFoundByReply) else { return noteSecond(entry, of: slot) }
            doubts[UInt32(slot)] = nil
            traits.remove(.hasDoubts)
        }
        traits.formUnion([.hasEntry, .hadEntry])
        traits.subtract([.wasLooked, .isFoundByReply])
        if isLookingAgain { traits.insert(.isFoundLate) }
        if entry.status.contains(.seenReply) { traits.insert(.isReplied) } else { traits.remove(.isReplied) }
        rows[slot].traits = traits
        rows[slot].entryID = entry.id ?? 0
        let route = Int(rows[slot].route)
        if table.routes[route].isAmbiguous, let settled = table.routes[route].settling(entry) {
            rows[slot].route = number(of: settled)
        }
        let kernelState = PackedState(entry.state)
        let state = kernelState == .none ? .stateless : kernelState
        if rows[slot].entryState != state {
            rows[slot].entryState = state
            rows[slot].changed = second
        }
        archive(message, of: slot)
    }

    /// An interrupted dump may contain an entry twice; a different entry with the same tuple is in another zone.
    private mutating func noteSecond(_ entry: Entry, of slot: Int) {
        guard rows[slot].entryID != entry.id ?? 0 else { return }
        if isLookingAgain, !rows[slot].traits.contains(.isFoundLate) { return }
        add(.secondEntry(id: entry.id ?? 0, zone: entry.allZones.min() ?? 0), to: slot)
    }

    private mutating func keepOrphan(_ entry: Entry, _ message: RawSpan, _ key: FlowKey) {
        let route = Route.Key(protocol: key.protocol, virtual: key.server, destination: nil)
        var row = FlowRow(client: key.client, route: number(of: route), appeared: second)
        row.traits = [.isOrphan, .isFresh]
        row.verdict = .orphan
        orphans += 1
        attach(entry, message, to: add(row))
    }

    /// - Parameter isWhole: whether the dump was complete; if not, an entry that was not in it may still exist.
    package mutating func endEntries(isWhole: Bool) {
        if !isWhole { isWholeSoFar = false }
        swap(&trail, &nextTrail)
    }
}

extension FlowRow {
    init(client: Endpoint, route: UInt32, appeared: UInt32) {
        self.client = client
        self.route = route
        self.appeared = appeared
        changed = appeared
    }
}

extension Entry {
    fileprivate var hasZone: Bool { zone != nil || original.zone != nil || reply.zone != nil }

    /// The entry's zone, or the zones set for a single direction.
    fileprivate var allZones: [UInt16] { [zone, original.zone, reply.zone].compactMap(\.self) }
}

extension Connection {
    fileprivate var routeKey: Route.Key {
        Route.Key(protocol: `protocol`, virtual: virtual, destination: destination)
    }

    /// IPVS created it before its first packet, at the request of a helper (ip_vs_ftp): the client's port is not known yet.
    var isExpected: Bool { client.port == 0 }
}
