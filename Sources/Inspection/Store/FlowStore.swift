import Addresses
import Conntrack
import IPVS

/// The flows of a director, joined from its connections and its conntrack table, one reading or many. Each reading is streamed into it, and it
/// remembers what one reading cannot show: since when a flow is there, what it was before, and whether a NEW event announced an entry for it.
///
/// A reading goes in this order, which makes its verdicts true: `begin`; `take` each connection, `endConnections`; `take` each entry of the
/// table, `endEntries`; look once more for what is `unsettled`, so that a flow whose entry was made meanwhile is not called absent; take
/// the NEW events that came until then; read the connections again where there are orphans that matter at once, and `takeLater` each;
/// `finish`. Until `finish` the rows show the reading before.
///
/// No I/O, no clock. A flow takes some 80 bytes, an entry without a connection the same.
package struct FlowStore: Sendable {
    /// The rows, by slot; those that are not held are free.
    var rows: [FlowRow] = []
    var free: [UInt32] = []
    private var index = SlotIndex()
    /// Flows by the tuple that their real server answers with, of those whose real server may answer through the director (NAT).
    private var replies = SlotIndex()
    private let hashing = FlowHash()
    /// The slot that was used last: lists come in the same order again and again.
    var lastSlot = -1
    /// The slots that the entries of the last reading led to, in their order, and those of the running one.
    var trail: [UInt32] = []
    var nextTrail: [UInt32] = []
    var table = RouteTable()
    var stateNames: [String] = []
    /// What few flows have: doubts about their entry, and the name and data of a persistence engine.
    var doubts: [UInt32: [FlowDoubt]] = [:]
    var engines: [UInt32: String] = [:]
    /// The entries as the kernel sent them, and where each slot's is; nil when they are not kept.
    private(set) var archive: EntryArchive?
    private var archived: [UInt32: EntryArchive.Location] = [:]
    /// Persistence templates of the last reading; they are kept beside the entries alone.
    package internal(set) var templates: [Connection] = []
    let keepsTemplates: Bool

    /// Slots that are held, hidden ones included.
    private(set) var held = 0
    var orphans = 0
    /// Connections that the running reading has come by.
    package internal(set) var listed = 0
    var watch = NewEventWatch()
    /// Of the running reading, and the time that it is given.
    var second: UInt32 = 0
    var isWholeSoFar = true
    var areConnectionsWhole = true
    var isReading = false
    /// Whether the table is being dumped a second time, for the flows that had no entry in the first dump.
    var isLookingAgain = false
    /// How many entries of the second dump belonged to a flow so far.
    var seenAgain = 0
    /// Readings that are finished.
    package internal(set) var readings = 0
    /// Zones that entries of the running reading were in, besides the default one: a look-up asks one zone at a time.
    package internal(set) var zones: Set<UInt16> = []

    /// - Parameters:
    ///   - keepsEntries: whether `entry(of:)` gives whole entries, at some 200 bytes each.
    ///   - keepsTemplates: whether persistence templates are listed.
    package init(keepsEntries: Bool = false, keepsTemplates: Bool = false) {
        archive = keepsEntries ? EntryArchive() : nil
        self.keepsTemplates = keepsTemplates
    }

    /// The routes that flows go to.
    package var routes: [Route] { table.routes }

    /// Whether it wants the messages that entries came in.
    package var keepsEntries: Bool { archive != nil }

    // MARK: Rows

    /// Which slots have a flow that is shown and wanted.
    package func marks(_ wants: (FlowRow) -> Bool) -> [Bool] {
        var marks = Array(repeating: false, count: rows.count)
        for slot in rows.indices where rows[slot].isShown && wants(rows[slot]) { marks[slot] = true }
        return marks
    }

    /// Nil for a slot that shows nothing (any more).
    package subscript(slot: UInt32) -> FlowRow? {
        guard rows.indices.contains(Int(slot)), rows[Int(slot)].isShown else { return nil }
        return rows[Int(slot)]
    }

    /// The route that a row's flow goes to.
    package func route(of row: FlowRow) -> Route { table.routes[Int(row.route)] }

    /// What finds a row's flow again in later readings.
    package func key(of row: FlowRow) -> FlowKey {
        let route = route(of: row)
        return FlowKey(protocol: route.protocol, client: row.client, server: route.virtual)
    }

    /// The slot of a flow that is held.
    package func slot(of key: FlowKey) -> UInt32? { find(key.protocol, key.client, key.server).map(UInt32.init) }

    /// IPVS's name of the connection's state; nil for an orphan.
    package func state(of row: FlowRow) -> String? { row.isOrphan ? nil : stateNames[Int(row.state)] }

    /// The state of its conntrack entry: the protocol's, or `entry` where it has none; nil when there is no entry.
    package func entryState(of row: FlowRow) -> String? {
        row.entryState == .none ? nil : row.entryState.state?.name ?? "entry"
    }

    func find(_ protocol: IPProtocol, _ client: Endpoint, _ server: Endpoint) -> Int? {
        index.find(hashing(`protocol`, client, server)) { isFlow($0, `protocol`, client, server) }
    }

    /// Whether a slot holds the flow of these.
    @inline(__always)
    func isFlow(_ slot: Int, _ protocol: IPProtocol, _ client: Endpoint, _ server: Endpoint) -> Bool {
        guard rows[slot].client == client else { return false }
        let route = Int(rows[slot].route)
        return table.routes[route].virtual == server && table.routes[route].protocol == `protocol`
    }

    /// Every slot whose connection is answered, through the director, with this tuple. Two may have the same: one client port, two VIPs, one
    /// real server.
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

    /// A NEW event that announced its entry may be of a connection that the next reading shows.
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

    /// Makes it the flow to another real server.
    mutating func move(_ slot: Int, to route: UInt32) {
        let row = rows[slot]
        if let reply = replyHash(of: row) { replies.remove(reply, slot) }
        rows[slot].route = route
        forgetRarities(of: slot)
        indexReply(of: slot)
    }

    // Inlined, as a call from a mutating function would copy the whole store.
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

    // MARK: What few flows have

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

    /// Entries of an earlier reading, or of a dump that is repeated, are of no use any more.
    mutating func forgetEntries() {
        if archive != nil { archive = EntryArchive() }
        archived.removeAll(keepingCapacity: true)
        for slot in doubts.keys { rows[Int(slot)].traits.remove(.hasDoubts) }
        doubts.removeAll()
    }

    /// The whole entry of a flow, as the last reading found it; nil when it has none, or entries are not kept.
    package func entry(ofSlot slot: UInt32) -> Entry? { archived[slot].flatMap { archive?.entry(at: $0) } }

    // MARK: Services

    /// Takes the services as they are now.
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
    /// A connection that the last whole reading did not have is shown no more; an orphan only once it is known to be one.
    var isShown: Bool {
        traits.contains(.isHeld) && traits.contains(.isSettled) && missed == 0
    }
}
