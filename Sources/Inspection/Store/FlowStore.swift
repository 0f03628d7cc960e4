import Addresses
import Conntrack
import Firewall
import IPVS

/// The flows of a director, joined from its connections and its conntrack table, over one reading or many. Each reading is streamed into
/// it. It remembers what a single reading cannot show: when a flow appeared, what it was before, and whether a NEW event announced its
/// entry.
///
/// The steps of a reading, whose order keeps the verdicts correct: `begin`; `take` each connection, `endConnections`; `take` each entry of
/// the table, `endEntries`; look again for the `unsettled` flows, so that a flow whose entry was created in the meantime is not called
/// absent; take the NEW events received by then; if there are orphans that must be settled at once, read the connections again and
/// `takeLater` each; `finish`. Until `finish`, the rows show the previous reading; in the first one, they have no verdict.
///
/// No I/O, no clock. A flow takes about 90 bytes, and so does an entry without a connection.
package struct FlowStore: Sendable {
    var slots = FlowSlots()
    var extras: FlowExtras
    /// The slot used last: the lists keep their order from reading to reading.
    private var lastSlot = -1
    /// The slots that the entries of the last reading matched, in table order, and those of the current reading.
    var trail: [UInt32] = []
    var nextTrail: [UInt32] = []
    /// IPVS's states, by the number that rows have.
    private(set) var states: [ConnectionState] = []
    private(set) var stateNames: [String] = []
    private(set) var stateKinds: [IPVSStateKind] = []
    /// Persistence templates of the last reading; empty unless `keepsTemplates`.
    package private(set) var templates: [Connection] = []
    private let keepsTemplates: Bool

    var orphans = 0
    /// Connections listed in the current reading.
    package private(set) var listed = 0
    var watch = NewEventWatch()
    /// The time of the current reading, as passed to `begin`.
    var second: UInt32 = 0
    var context = FlowContext()
    /// Whether connections may have been learned from another director without a flag that says it.
    var needsOrigins = false
    var isWholeSoFar = true
    private(set) var areConnectionsWhole = true
    var isReading = false
    /// The end of a reading that is under way.
    var settling: Settling?
    /// The flows of the last reading, counted; nil before its end.
    var cells: FlowCells?
    /// Whether rows may have an entry that was found by the current reading, or by one that was not finished.
    var hasAttached = false
    /// Whether the table is being dumped a second time, for the flows that had no entry in the first dump.
    var isLookingAgain = false
    /// Whether NAT rules rewrite packets of flows before IPVS or behind it: no look-up finds their entries.
    package var hasRewritten = false
    /// How many entries of the second dump belonged to a flow so far.
    var seenAgain = 0
    /// Finished readings.
    package internal(set) var readings = 0
    /// Zones of the entries of the current reading, other than the default zone: a look-up covers one zone at a time.
    package internal(set) var zones: Set<UInt16> = []

    /// - Parameters:
    ///   - keepsEntries: whether `entry(ofSlot:)` returns whole entries, at about 200 bytes each.
    ///   - keepsTemplates: whether persistence templates are kept.
    package init(keepsEntries: Bool = false, keepsTemplates: Bool = false) {
        extras = FlowExtras(keepsEntries: keepsEntries)
        self.keepsTemplates = keepsTemplates
    }

    package var routes: [Route] { slots.table.routes }

    /// Whether callers must pass the messages that entries were decoded from.
    package var keepsEntries: Bool { extras.keepsEntries }

    // MARK: A reading

    /// - Parameter second: the time of the reading, in seconds since the store was created.
    package mutating func begin(_ services: [Service], at second: UInt32, _ context: FlowContext = FlowContext()) {
        if isReading { abandon() }
        self.context = context
        needsOrigins = false
        lastSlot = -1
        isReading = true
        self.second = second
        isWholeSoFar = true
        areConnectionsWhole = true
        listed = 0
        // Routes may be renumbered.
        cells = nil
        templates.removeAll()
        slots.take(services, after: readings, context.localAddresses)
        beginEntries()
    }

    /// Discards what an unfinished reading found.
    private mutating func abandon() {
        settling = nil
        for slot in slots.rows.indices { slots.rows[slot].traits.subtract(.ofReading) }
    }

    // MARK: Connections

    /// Takes connections of this reading.
    package mutating func take(_ connections: [Connection]) {
        // Not `for … in`, which copies each.
        let span = connections.span
        for position in span.indices where !refresh(position, of: span) { take(span[position]) }
    }

    /// Takes a connection that is as the last reading had it, apart from its numbers, and in the slot after that of the previous row: most of a
    /// million are. Only parts of it are used here, as a call, or any use of the whole, would copy it.
    ///
    /// - Returns: false for any other, which `take` has to take.
    @inline(__always)
    private mutating func refresh(_ position: Int, of connections: Span<Connection>) -> Bool {
        let slot = lastSlot + 1
        guard slot < slots.rows.count, slots.rows[slot].awaitsListing,
            !connections[position].hasPersistenceEngine, let details = connections[position].details,
            !details.flags.isTemplate,
            slots.isFlow(
                slot, connections[position].protocol, connections[position].client, connections[position].virtual),
            case let route = Int(slots.rows[slot].route),
            Route.Key.isSame(slots.table.routes[route].destination, connections[position].destination),
            Route.Key.isSame(
                slots.table.routes[route].known,
                slots.table.known(details, connections[position].virtual.address.family)),
            states[Int(slots.rows[slot].state)] == connections[position].state
        else { return false }
        slots.rows[slot].list(expires: connections[position].expires, details)
        listed += 1
        lastSlot = slot
        return true
    }

    package mutating func take(_ connection: borrowing Connection) {
        if connection.isTemplate {
            if keepsTemplates { templates.append(copy connection) }
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
    @inline(__always)
    private func slot(of connection: borrowing Connection) -> Int? {
        let next = lastSlot + 1
        if next < slots.rows.count, slots.rows[next].traits.contains(.isHeld),
            slots.isFlow(next, connection.protocol, connection.client, connection.virtual)
        {
            return next
        }
        return slots.find(connection.protocol, connection.client, connection.virtual)
    }

    /// The list is not a snapshot: a row may move while it is read, and appear twice. The first one counts.
    private mutating func update(_ slot: Int, with connection: borrowing Connection) {
        if slots.rows[slot].traits.contains(.isListed) { return }
        let route = Int(slots.rows[slot].route)
        if !Route.Key.isSame(slots.table.routes[route].destination, connection.destination) {
            move(slot, to: connection)
        } else if !Route.Key.isSame(slots.table.routes[route].known, known(of: connection)) {
            slots.move(slot, to: number(of: routeKey(of: connection)))
        }
        listed += 1
        slots.rows[slot].list(expires: connection.expires, connection.details)
        keepEngine(of: connection, slot)
        if states.isEmpty || states[Int(slots.rows[slot].state)] != connection.state {
            slots.rows[slot].state = number(of: connection.state)
            slots.rows[slot].changed = second
            slots.rows[slot].traits.remove(.isEndDropped)
        }
    }

    /// A new connection reuses the ports of an earlier one, or an orphan turns out to have a connection.
    private mutating func move(_ slot: Int, to connection: borrowing Connection) {
        if slots.rows[slot].isOrphan { orphans -= 1 }
        slots.move(slot, to: number(of: routeKey(of: connection)))
        slots.rows[slot].traits.remove(.hasDoubts)
        extras.forgetSlot(slot)
        slots.rows[slot].traits.subtract([.isOrphan, .isFresh, .isSettled, .isFoundByReply, .wasLooked, .isEndDropped])
        slots.rows[slot].missed = 0
        slots.rows[slot].appeared = second
        slots.rows[slot].changed = second
        slots.rows[slot].ctstates = CTStates()
    }

    private mutating func insert(_ connection: borrowing Connection) {
        var row = FlowRow(client: connection.client, route: number(of: routeKey(of: connection)), appeared: second)
        row.state = number(of: connection.state)
        if readings == 0 { row.traits = .isPending }
        row.list(expires: connection.expires, connection.details)
        listed += 1
        if connection.isExpected { row.traits.insert(.isExpected) }
        if !watch.isWhole || watch.mayNewRowsBeOlder
            || slots.table.mayHaveMissedEvents(of: connection.virtual.address, in: readings)
        {
            row.traits.insert(.mayBeOlder)
        }
        // An entry that NAT rules rewrote, or IPVS itself, may only have the real server in common with it.
        if let event = watch.take(FlowKey.original(connection)) ?? watch.take(FlowKey.reply(connection)) {
            row.newEventPlusOne = event + 1
        }
        lastSlot = slots.add(row)
        keepEngine(of: connection, lastSlot)
    }

    private mutating func keepEngine(of connection: borrowing Connection, _ slot: Int) {
        if let engine = connection.persistenceEngine { extras.keep(engine: engine, of: slot) }
    }

    /// States are an open set, about a dozen in practice; beyond 255 they share the last number.
    mutating func number(of state: ConnectionState) -> UInt8 {
        if let known = states.firstIndex(of: state) { return UInt8(known) }
        if states.count <= Int(UInt8.max) {
            states.append(state)
            stateNames.append(state.name)
            stateKinds.append(IPVSStateKind(state))
        }
        return UInt8(states.count - 1)
    }

    /// The connections come again from the beginning. Those that were listed stay: they were there a moment ago.
    package mutating func restartConnections() { templates.removeAll() }

    /// - Parameter isWhole: whether all connections were read; if not, one that was not listed may still exist.
    package mutating func endConnections(isWhole: Bool) {
        areConnectionsWhole = isWhole
        if !isWhole { isWholeSoFar = false }
    }

    /// Takes connections read after the table. An entry that belongs to one is not an orphan: the connection was just newer than the first
    /// list.
    package mutating func takeLater(_ connections: [Connection]) {
        for connection in connections { takeLater(connection) }
    }

    private mutating func takeLater(_ connection: Connection) {
        guard let slot = slots.find(connection.protocol, connection.client, connection.virtual),
            slots.rows[slot].isOrphan
        else {
            return
        }
        remove(at: slot)
    }

    // MARK: Packets

    /// Records the ctstate seen on a packet of a flow, and whether it was the end of the connection, and was dropped.
    ///
    /// - Returns: the packet's flow, if the store has it.
    package mutating func note(_ headers: PacketHeaders, _ state: CTState, isDropped: Bool = false) -> FlowKey? {
        guard let key = FlowKey(clientPacket: headers) ?? FlowKey(serverPacket: headers),
            let slot = slots.find(key.protocol, key.client, key.server)
        else { return nil }
        slots.rows[slot].ctstates.insert(state)
        guard headers.embedded == nil else { return key }
        switch headers.packetClass {
        case .fin, .rst: if isDropped { slots.rows[slot].traits.insert(.isEndDropped) }
        // Another connection from the same port.
        case .syn: slots.rows[slot].traits.remove(.isEndDropped)
        default: break
        }
        return key
    }

    // MARK: Slots

    /// A NEW event for its entry may belong to a connection that the next reading lists.
    mutating func remove(at slot: Int) {
        if let event = slots.rows[slot].newEvent { watch.keep(key(of: slots.rows[slot]), at: event) }
        if slots.rows[slot].isOrphan { orphans -= 1 }
        extras.forgetSlot(slot)
        slots.remove(at: slot)
    }

    mutating func number(of key: Route.Key) -> UInt32 { slots.table.number(of: key, after: readings) }

    @inline(__always)
    private func routeKey(of connection: borrowing Connection) -> Route.Key {
        Route.Key(
            protocol: connection.protocol, virtual: connection.virtual, destination: connection.destination,
            known: known(of: connection))
    }

    @inline(__always)
    private func known(of connection: borrowing Connection) -> Route.Known? {
        slots.table.known(connection.details, connection.virtual.address.family)
    }
}

extension Connection {
    /// IPVS created it before its first packet, at the request of a helper (ip_vs_ftp): the client's port is not known yet.
    var isExpected: Bool { client.port == 0 }
}
