import Addresses
import Conntrack
import IPVS

/// Where flows are kept: a row per slot, found by a flow's tuple, or by the one that its real server answers with.
struct FlowSlots: Sendable {
    /// The rows, by slot; those without `isHeld` are free.
    var rows: [FlowRow] = []
    private var free: [UInt32] = []
    private var index = SlotIndex()
    /// Flows by the reply tuple of their real server; only those whose real server may answer through the director (NAT).
    private var replies = SlotIndex()
    private let hashing = FlowHash()
    var table = RouteTable()
    /// Slots in use, including hidden ones.
    private(set) var held = 0

    // MARK: Finding

    // Inlined, as a call from a mutating function would copy all of it.
    @inline(__always)
    func find(_ protocol: IPProtocol, _ client: Endpoint, _ server: Endpoint) -> Int? {
        index.find(hashing(`protocol`, client, server)) { isFlow($0, `protocol`, client, server) }
    }

    /// Whether a slot holds the flow with this tuple.
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

    func route(of row: FlowRow) -> Route { table.routes[Int(row.route)] }

    func key(of row: FlowRow) -> FlowKey {
        let route = route(of: row)
        return FlowKey(protocol: route.protocol, client: row.client, server: route.virtual)
    }

    // MARK: Changing

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

    mutating func remove(at slot: Int) {
        let row = rows[slot]
        index.remove(hash(of: row), slot)
        if let reply = replyHash(of: row) { replies.remove(reply, slot) }
        rows[slot].traits = []
        free.append(UInt32(slot))
        held -= 1
    }

    /// Makes it the flow to another real server.
    mutating func move(_ slot: Int, to route: UInt32) {
        let row = rows[slot]
        if let reply = replyHash(of: row) { replies.remove(reply, slot) }
        rows[slot].route = route
        indexReply(of: slot)
    }

    // Inlined as above.
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

    // MARK: Routes

    /// Takes the current services.
    ///
    /// - Parameter readings: how many have finished.
    mutating func take(_ services: [Service], after readings: Int, _ localAddresses: Set<IPAddress>) {
        if table.isCrowded(flows: held) { renumberRoutes(after: readings) }
        if table.take(services, after: readings, localAddresses) { rehashReplies() }
    }

    private mutating func renumberRoutes(after readings: Int) {
        let old = table.routes
        table.removeAll()
        for slot in rows.indices where rows[slot].traits.contains(.isHeld) {
            rows[slot].route = table.number(of: old[Int(rows[slot].route)].key, after: readings)
        }
        rehash()
        rehashReplies()
    }
}
