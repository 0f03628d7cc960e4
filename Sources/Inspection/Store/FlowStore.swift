import Addresses
import Conntrack
import IPVS

/// The flows of a director, joined from its connections and its conntrack table, over one reading or many. Each reading is streamed into
/// it. It remembers what a single reading cannot show: when a flow appeared, what it was before, and whether a NEW event announced its
/// entry.
///
/// The steps of a reading, whose order keeps the verdicts correct: `begin`; `take` each connection, `endConnections`; `take` each entry of
/// the table, `endEntries`; look again for the `unsettled` flows, so that a flow whose entry was created in the meantime is not called
/// absent; take the NEW events received by then; if there are orphans that must be settled at once, read the connections again and
/// `takeLater` each; `finish`. Until `finish`, the rows show the previous reading.
///
/// No I/O, no clock. A flow takes about 80 bytes, and so does an entry without a connection.
package struct FlowStore: Sendable {
    /// The rows, by slot; those without `isHeld` are free.
    var rows: [FlowRow] = []
    var free: [UInt32] = []
    private var index = SlotIndex()
    /// Flows by the reply tuple of their real server; only those whose real server may answer through the director (NAT).
    private var replies = SlotIndex()
    private let hashing = FlowHash()
    /// The slot used last: the lists keep their order from reading to reading.
    var lastSlot = -1
    /// The slots that the entries of the last reading matched, in table order, and those of the current reading.
    var trail: [UInt32] = []
    var nextTrail: [UInt32] = []
    var table = RouteTable()
    var stateNames: [String] = []
    /// Data that few flows have: doubts about their entry, and the name and data of a persistence engine.
    var doubts: [UInt32: [FlowDoubt]] = [:]
    var engines: [UInt32: String] = [:]
    /// The entries as the kernel sent them, and the location of each slot's entry; nil if they are not kept.
    private(set) var archive: EntryArchive?
    private var archived: [UInt32: EntryArchive.Location] = [:]
    /// Persistence templates of the last reading; empty unless `keepsTemplates`.
    package internal(set) var templates: [Connection] = []
    let keepsTemplates: Bool

    /// Slots in use, including hidden ones.
    private(set) var held = 0
    var orphans = 0
    /// Connections listed in the current reading.
    package internal(set) var listed = 0
    var watch = NewEventWatch()
    /// State of the current reading; `second` is the time passed to `begin`.
    var second: UInt32 = 0
    var isWholeSoFar = true
    var areConnectionsWhole = true
    var isReading = false
    /// Whether the table is being dumped a second time, for the flows that had no entry in the first dump.
    var isLookingAgain = false
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
        archive = keepsEntries ? EntryArchive() : nil
        self.keepsTemplates = keepsTemplates
    }

    package var routes: [Route] { table.routes }

    /// Whether callers must pass the messages that entries were decoded from.
    package var keepsEntries: Bool { archive != nil }

    // MARK: Rows

    /// For each slot, whether its flow is shown and wanted.
    package func marks(_ wants: (FlowRow) -> Bool) -> [Bool] {
        var marks = Array(repeating: false, count: rows.count)
        for slot in rows.indices where rows[slot].isShown && wants(rows[slot]) { marks[slot] = true }
        return marks
    }

    /// Nil if the slot does not show a flow (any more).
    package subscript(slot: UInt32) -> FlowRow? {
        guard rows.indices.contains(Int(slot)), rows[Int(slot)].isShown else { return nil }
        return rows[Int(slot)]
    }

    package func route(of row: FlowRow) -> Route { table.routes[Int(row.route)] }

    /// Identifies a row's flow across readings.
    package func key(of row: FlowRow) -> FlowKey {
        let route = route(of: row)
        return FlowKey(protocol: route.protocol, client: row.client, server: route.virtual)
    }

    /// The slot of a flow; nil if the store does not have it.
    package func slot(of key: FlowKey) -> UInt32? { find(key.protocol, key.client, key.server).map(UInt32.init) }

    /// IPVS's name for the connection's state; nil for an orphan.
    package func state(of row: FlowRow) -> String? { row.isOrphan ? nil : stateNames[Int(row.state)] }

    /// The state of its conntrack entry: the protocol's state, or `entry` if the protocol has none; nil if there is no entry.
    package func entryState(of row: FlowRow) -> String? {
        row.entryState == .none ? nil : row.entryState.state?.name ?? "entry"
    }

    func find(_ protocol: IPProtocol, _ client: Endpoint, _ server: Endpoint) -> Int? {
        index.find(hashing(`protocol`, client, server)) { isFlow($0, `protocol`, client, server) }
    }

    /// Whether a slot holds the flow with this protocol, client and server.
    @inline(__always)
    func isFlow(_ slot: Int, _ protocol: IPProtocol, _ client: Endpoint, _ server: Endpoint) -> Bool {
        guard rows[slot].client == client else { return false }
        let route = Int(rows[slot].route)
        return table.routes[route].virtual == server && table.routes[route].protocol == `protocol`
    }

    /// Every slot whose connection has this reply tuple through the director. Two connections can share one: same client port, same real
    /// server, different VIPs.
    func answered(by reply: FlowKey) -> [Int] {
        var found: [Int] = []
        replies.forEach(hashing(reply.protocol, reply.client, reply.server)) { slot in
            let row = rows[slot]
            let route = table.routes[Int(row.route)]
            if row.traits.contains(.isHeld), row.client == reply.client, route.mayBeNAT,
                route.destination == reply.server, route.protocol == reply.protocol, !found.contains(slot)
            {
                found.append(slot)
            }
        }
        return found
    }

    // MARK: Slots

    mutating func add(_ row: FlowRow) -> Int {
        if index.isCrowded { rehash() }
        held += 1
        var row = row
        row.traits.insert(.isHeld)
        let slot: Int
        if let reused = free.popLast() {
            slot = Int(reused)
            rows[slot] = row
        } else {
            slot = rows.count
            rows.append(row)
        }
        let hash = hash(of: row)
        index.insert(hash, slot)
        indexReply(of: slot)
        return slot
    }

    /// Keeps its NEW event, which may belong to a connection that the next reading shows.
    mutating func remove(at slot: Int) {
        if let event = rows[slot].newEvent { watch.keep(key(of: rows[slot]), at: event) }
        let row = rows[slot]
        index.remove(hash(of: row), slot)
        if let reply = replyHash(of: row) { replies.remove(reply, slot) }
        if row.isOrphan { orphans -= 1 }
        forgetRarities(of: slot)
        rows[slot].traits = []
        free.append(UInt32(slot))
        held -= 1
    }

    /// Moves the flow to another real server.
    mutating func move(_ slot: Int, to route: UInt32) {
        let row = rows[slot]
        if let reply = replyHash(of: row) { replies.remove(reply, slot) }
        rows[slot].route = route
        forgetRarities(of: slot)
        indexReply(of: slot)
    }

    // Inlined: a call from a mutating function would copy the whole store.
    @inline(__always)
    private func hash(of row: FlowRow) -> UInt64 {
        let route = Int(row.route)
        return hashing(table.routes[route].protocol, row.client, table.routes[route].virtual)
    }

    @inline(__always)
    private func replyHash(of row: FlowRow) -> UInt64? {
        let route = Int(row.route)
        guard table.routes[route].mayBeNAT, let server = table.routes[route].destination else { return nil }
        return hashing(table.routes[route].protocol, row.client, server)
    }

    private mutating func indexReply(of slot: Int) {
        let row = rows[slot]
        guard let hash = replyHash(of: row) else { return }
        if replies.isCrowded { return rehashReplies() }
        replies.insert(hash, slot)
    }

    private mutating func rehash() {
        index.clear(for: held)
        for slot in rows.indices {
            let row = rows[slot]
            if row.traits.contains(.isHeld) { index.insert(hash(of: row), slot) }
        }
    }

    private mutating func rehashReplies() {
        let slots = rows.indices.filter { rows[$0].traits.contains(.isHeld) && replyHash(of: rows[$0]) != nil }
        replies.clear(for: slots.count)
        for slot in slots {
            if let hash = replyHash(of: rows[slot]) { replies.insert(hash, slot) }
        }
    }

    // MARK: Rare data

    mutating func add(_ doubt: FlowDoubt, to slot: Int) {
        doubts[UInt32(slot), default: []].append(doubt)
        rows[slot].traits.insert(.hasDoubts)
    }

    private mutating func forgetRarities(of slot: Int) {
        if rows[slot].traits.contains(.hasDoubts) { doubts[UInt32(slot)] = nil }
        rows[slot].traits.remove(.hasDoubts)
        if !engines.isEmpty { engines[UInt32(slot)] = nil }
    }

    mutating func archive(_ message: RawSpan, of slot: Int) {
        if message.byteCount > 0 { archived[UInt32(slot)] = archive?.keep(message) }
    }

    /// Discards the entries of an earlier reading, or of a dump that is being repeated.
    mutating func forgetEntries() {
        if archive != nil { archive = EntryArchive() }
        archived.removeAll(keepingCapacity: true)
        for slot in doubts.keys { rows[Int(slot)].traits.remove(.hasDoubts) }
        doubts.removeAll()
    }

    /// The whole entry of a flow, as the last reading found it; nil when it has none, or entries are not kept.
    package func entry(ofSlot slot: UInt32) -> Entry? { archived[slot].flatMap { archive?.entry(at: $0) } }

    // MARK: Services

    /// Takes the current services.
    mutating func take(_ services: [Service]) {
        if table.isCrowded(flows: held) { renumberRoutes() }
        if table.take(services, after: readings) { rehashReplies() }
    }

    private mutating func renumberRoutes() {
        let old = table.routes
        table.removeAll()
        for slot in rows.indices where rows[slot].traits.contains(.isHeld) {
            rows[slot].route = number(of: old[Int(rows[slot].route)].key)
        }
        rehash()
        rehashReplies()
    }

    mutating func number(of key: Route.Key) -> UInt32 { table.number(of: key, after: readings) }
}

extension FlowRow {
    /// A connection missing from the last complete reading is hidden; an orphan is shown only once it is known to be one.
    var isShown: Bool {
        traits.contains(.isHeld) && traits.contains(.isSettled) && missed == 0
    }
}
