import Addresses
import Conntrack
import IPVS

/// The flows of a director as they come, change and go: what a live view shows. Each reading is streamed into it, and it remembers what one
/// reading cannot tell: since when a flow is there, what it was before, and whether a NEW event ever told of an entry for it.
///
/// A reading goes in this order, which makes its verdicts true (see `FlowJoin`, which joins one reading alone): `begin`; `take` each
/// connection, `endConnections`; `take` each entry of the table, `endEntries`; `look` for what is `unsettled`; tell it of the NEW events
/// that came until then; `finish`. Until `finish` the rows show the reading before.
///
/// No I/O, no clock. A flow takes about 80 bytes, and up to twice that after growing;
/// eight more with an entry.
package struct FlowBoard: Sendable {
    /// The rows, by slot; those that are not held are free.
    var rows: [FlowRow] = []
    var free: [UInt32] = []
    private var index = SlotIndex()
    private let hashing = FlowHash()
    /// The slot that was come by last: lists come in the same order again and again.
    var lastSlot = -1
    /// The slots that the entries of the last reading led to, in their order, and those of the running one.
    var trail: [UInt32] = []
    var nextTrail: [UInt32] = []
    /// The places that flows go to.
    package internal(set) var places: [Place] = []
    private var placeNumbers: [Place.Key: UInt32] = [:]
    var stateNames: [String] = []

    private(set) var services = ServiceIndex([])
    /// Addresses that entries must have as their destination to be anybody's, and after how many readings each became known: NEW events to it
    /// that came before are not.
    private var addresses: [IPAddress: Int] = [:]
    /// One of them that an entry had last, as most have the same.
    private var lastAddress: IPAddress?

    /// Slots that are held, hidden ones included.
    private(set) var held = 0
    var orphans = 0
    var watch = BoardWatch()
    /// Of the running reading, and the time that it is given.
    var second: UInt32 = 0
    var isWholeSoFar = true
    var areConnectionsWhole = true
    var isReading = false
    /// Readings that are finished.
    package internal(set) var readings = 0
    /// Orphans that had no room in the last reading.
    package internal(set) var orphansNotKept = 0

    /// Without services, and before the first reading.
    package init() {}

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

    /// The place that a row's flow goes to.
    package func place(of row: FlowRow) -> Place { places[Int(row.place)] }

    /// What finds a row's flow again in later readings.
    package func key(of row: FlowRow) -> FlowKey {
        let place = place(of: row)
        return FlowKey(protocol: place.protocol, client: row.client, server: place.virtual)
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
        let place = Int(rows[slot].place)
        return places[place].virtual == server && places[place].protocol == `protocol`
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
        return slot
    }

    /// What was told of its entry may be of a connection that the next reading shows.
    mutating func remove(at slot: Int) {
        if let event = rows[slot].newEvent { watch.keep(key(of: rows[slot]), at: event) }
        let hash = hash(of: rows[slot])
        index.remove(hash, slot)
        rows[slot].traits = []
        free.append(UInt32(slot))
        held -= 1
    }

    private func hash(of row: FlowRow) -> UInt64 {
        let place = Int(row.place)
        return hashing(places[place].protocol, row.client, places[place].virtual)
    }

    private mutating func rehash() {
        index.clear(for: held)
        for slot in rows.indices where rows[slot].traits.contains(.isHeld) {
            let hash = hash(of: rows[slot])
            index.insert(hash, slot)
        }
    }

    // MARK: Places and services

    /// The number of a place, a new one where it is not known yet.
    mutating func number(of key: Place.Key) -> UInt32 {
        if let number = placeNumbers[key] { return number }
        var place = Place(key)
        place.match(services)
        know(key.virtual.address)
        let number = UInt32(places.count)
        places.append(place)
        placeNumbers[key] = number
        return number
    }

    /// Takes the services as they are now: whose a place is, they decide.
    mutating func take(_ services: [Service]) {
        self.services = ServiceIndex(services)
        if places.count > Self.fewPlaces, places.count > 2 * held { forgetPlaces() }
        lastAddress = nil
        let known = addresses
        addresses = [:]
        for place in places { addresses[place.virtual.address] = known[place.virtual.address] }
        for case .address(_, let endpoint) in services.map(\.identity) {
            addresses[endpoint.address] = known[endpoint.address] ?? readings
        }
        for number in places.indices { places[number].match(self.services) }
    }

    private static let fewPlaces = 4096

    /// Services by mark may have as many virtual addresses as there are: those of flows that are gone are forgotten.
    private mutating func forgetPlaces() {
        let old = places
        (places, placeNumbers) = ([], [:])
        for slot in rows.indices where rows[slot].traits.contains(.isHeld) {
            rows[slot].place = number(of: old[Int(rows[slot].place)].key)
        }
        rehash()
    }

    private mutating func know(_ address: IPAddress) {
        if addresses[address] == nil { addresses[address] = readings }
    }

    /// Whether the NEW event of a connection that a reading shows first may have come before anybody could tell that it mattered.
    func mayHaveMissedEvents(of address: IPAddress) -> Bool {
        addresses[address].map { readings - $0 < BoardWatch.readingsToKnow } ?? true
    }

    /// Whether an entry to this address can be of a flow.
    mutating func mayServe(_ address: IPAddress?) -> Bool {
        guard let address else { return false }
        if address == lastAddress { return true }
        guard addresses[address] != nil else { return false }
        lastAddress = address
        return true
    }
}

extension FlowRow {
    /// A connection that the last whole reading did not have is shown no more; an entry is called an orphan from its second reading on, as
    /// its connection may only be younger than the list of the first.
    var isShown: Bool {
        traits.contains(.isHeld) && traits.contains(.isSettled) && missed == 0
    }
}
