import Addresses
import Conntrack
import IPVS

/// The flows found by a reading of a director, as selected by a filter. They stay in the store, and each is created on demand.
package struct FlowReport: Sendable {
    private let store: FlowStore
    private let sysctls: Sysctls
    /// The counts ignore its verdicts, so that those of a service are complete.
    package var filter = FlowFilter()
    /// The proof for the verdict `never`; nil if NEW events were not watched, or some were lost.
    package var proof: NewEventProof?

    /// - Parameter store: after a finished reading.
    package init(_ store: FlowStore, _ sysctls: Sysctls, proof: NewEventProof? = nil) {
        self.store = store
        self.sysctls = sysctls
        self.proof = proof
    }

    /// Connections, in IPVS's order if they were read only once; then orphans, by client.
    package var flows: FlowList { FlowList(store, filter, VerdictReasons(sysctls)) }

    /// Persistence templates, which have no flow.
    package var templates: [FlowTemplate] {
        store.templates.lazy.map { template in
            FlowTemplate(
                template, store.slots.table.services.matchTemplate(template), mayBeTold: store.needsOrigins)
        }.filter { template in
            let connection = template.connection
            return filter.wants(template.service, connection.virtual, connection.protocol)
                && filter.wants(client: connection.client)
                && filter.expression?.accepts(FilteredTemplate(template)) ?? true
        }
    }

    /// The total number of connections that the filter selected from; nil if it is not limited.
    package var chosenFrom: Int? { filter.narrows ? store.counts.connections : nil }

    /// The number of selected flows per route and verdict.
    package var counts: [(route: Route, counts: VerdictCounts)] {
        if filter.clients.isEmpty, filter.expression == nil {
            return store.routes.lazy.filter(filter.wants).map { ($0, $0.counts) }
        }
        var counts = Array(repeating: VerdictCounts(), count: store.routes.count)
        for row in store.slots.rows where row.isShown && filter.wants(row, of: store) {
            counts[Int(row.route)][row.verdict] += 1
        }
        return zip(store.routes, counts).filter { filter.wants($0.0) }
    }
}

/// Flows, created one at a time: a million of them take no extra memory.
package struct FlowList: Sequence, Sendable {
    package let store: FlowStore
    private let filter: FlowFilter
    private let reasons: VerdictReasons
    private var isWanted: @Sendable (FlowRow) -> Bool = { _ in true }
    /// Which routes have flows that the filter wants.
    private let wantedRoutes: [Bool]
    /// Entries without a connection, in the order of their clients.
    private let orphans: [UInt32]

    init(_ store: FlowStore, _ filter: FlowFilter, _ reasons: VerdictReasons) {
        self.store = store
        self.filter = filter
        self.reasons = reasons
        wantedRoutes = store.routes.map(filter.wants)
        guard store.orphans > 0, filter.verdicts.isEmpty || filter.verdicts.contains(.orphan) else {
            orphans = []
            return
        }
        let slots = store.slots.rows.indices.filter { store.slots.rows[$0].isShown && store.slots.rows[$0].isOrphan }
        orphans = slots.map { (UInt32($0), store.key(of: store.slots.rows[$0])) }.sorted { $0.1 < $1.1 }.map(\.0)
    }

    /// The rows of the store that the filter wants, with their slots.
    package func forEachRow(_ body: (UInt32, FlowRow) -> Void) {
        for slot in store.slots.rows.indices where !store.slots.rows[slot].isOrphan && wants(store.slots.rows[slot]) {
            body(UInt32(slot), store.slots.rows[slot])
        }
        for slot in orphans where wants(store.slots.rows[Int(slot)]) { body(slot, store.slots.rows[Int(slot)]) }
    }

    /// Only the flows whose rows are wanted.
    package func filtered(_ isWanted: @escaping @Sendable (FlowRow) -> Bool) -> FlowList {
        var list = self
        list.isWanted = isWanted
        return list
    }

    package var count: Int {
        var count = 0
        forEachRow { _, _ in count += 1 }
        return count
    }

    private func wants(_ row: FlowRow) -> Bool {
        isWanted(row) && row.isShown && (filter.verdicts.isEmpty || filter.verdicts.contains(row.verdict))
            && wantedRoutes[Int(row.route)] && filter.wants(row, of: store)
    }

    /// - Parameter slot: as given to `forEachRow`.
    package func flow(at slot: UInt32) -> Flow { store.flow(slot, reasons) }

    package func makeIterator() -> Iterator { Iterator(list: self, reasons: reasons) }

    package struct Iterator: IteratorProtocol {
        fileprivate let list: FlowList
        fileprivate let reasons: VerdictReasons
        private var slot = 0
        private var orphan = 0

        fileprivate init(list: FlowList, reasons: VerdictReasons) {
            self.list = list
            self.reasons = reasons
        }

        package mutating func next() -> Flow? {
            let rows = list.store.slots.rows
            while slot < rows.count {
                defer { slot += 1 }
                if !rows[slot].isOrphan, list.wants(rows[slot]) { return flow(UInt32(slot)) }
            }
            while orphan < list.orphans.count {
                defer { orphan += 1 }
                let slot = list.orphans[orphan]
                if list.wants(rows[Int(slot)]) { return flow(slot) }
            }
            return nil
        }

        private func flow(_ slot: UInt32) -> Flow { list.store.flow(slot, reasons) }
    }
}

extension FlowRow {
    /// Flows of the same kind differ only in client, expiry, packets, mark, and what is their own: entry, doubts, persistence engine.
    package var kind: UInt64 {
        var traits = traits.intersection([.hasDetails, .hasNFCT, .isSynchronized, .isUntranslated])
        if isExpected { traits.insert(.isExpected) }
        return UInt64(route) << 32 | UInt64(state) << 24 | UInt64(traits.rawValue) | UInt64(verdict.position)
    }
}

extension FlowStore {
    /// The name and data of its persistence engine.
    package func engine(ofSlot slot: UInt32) -> String? { extras.engine(of: slot) }

    /// Why its service, its method or its entry is uncertain.
    package func doubts(of row: FlowRow, at slot: UInt32) -> [String] {
        let doubts = routes[Int(row.route)].doubts
        return row.isDoubtful ? doubts + entryDoubts(of: row, slot) : doubts
    }

    fileprivate func flow(_ slot: UInt32, _ reasons: VerdictReasons) -> Flow {
        let row = slots.rows[Int(slot)]
        let route = route(of: row)
        var connection: Connection?
        if let destination = route.destination {
            connection = Connection(
                route.protocol, client: row.client, virtual: route.virtual, destination: destination,
                state: states[Int(row.state)], expires: row.expires, persistenceEngine: engine(ofSlot: slot))
            connection?.details = row.details(route.method)
        }
        return Flow(
            protocol: route.protocol, client: row.client, virtual: route.virtual, connection: connection,
            service: route.service, method: route.method, isLocal: route.isLocal, entryState: entryState(of: row),
            entry: entry(ofSlot: slot), verdict: row.verdict, reason: reason(of: row, reasons),
            doubts: doubts(of: row, at: slot), translation: translation(ofSlot: slot))
    }

    private func entryDoubts(of row: FlowRow, _ slot: UInt32) -> [String] {
        var words = row.traits.contains(.hasDoubts) ? (extras.doubts[slot] ?? []).map(\.text) : []
        if let translation = extras.translations[slot] { words.append(translation.text) }
        if row.traits.contains(.isUncertain) { words.append(Flow.incompleteReading) }
        if row.traits.contains(.mayHaveEnded) {
            words.append("it had \(row.expires) s left when it was read, and may have ended before the table was")
        }
        if row.traits.contains(.mayHavePackets) { words.append(Flow.unknownPackets) }
        return words
    }
}

/// A persistence template: it binds a client to a real server, but carries no packets, and so has no entry to look for.
package struct FlowTemplate: Equatable, Sendable {
    package var connection: Connection
    /// Nil if no service, or more than one, matches the template.
    package var service: Service.Identity?
    /// Its own, or that of the service's destination; nil if that is not known.
    var method: ForwardingMethod?
    /// Why the service is uncertain.
    package var doubts: [String]
    /// Nil if that does not matter: it binds nobody any more, or was learned from another director, which may know other destinations.
    var standing: DestinationStanding?

    /// - Parameter mayBeTold: whether another director may have told of it, if it does not say so itself.
    init(_ connection: Connection, _ match: ServiceIndex.Match, mayBeTold: Bool = false) {
        self.connection = connection
        service = match.service
        doubts = match.doubts
        method = connection.details?.method ?? match.method
        let isSynchronized = connection.details?.flags.isSynchronized ?? mayBeTold
        standing = isSynchronized || connection.isInvalidated ? nil : match.standing
    }
}

extension Connection {
    /// `ip_vs_check_template` (net/netfilter/ipvs/ip_vs_conn.c) found that its destination takes no connections, and hid it from look-ups.
    fileprivate var isInvalidated: Bool { virtual.port == 0xFFFF && destination.port == 0xFFFF }
}

/// Proof that every NEW event between two moments was seen.
package struct NewEventProof: Equatable, Sendable {
    /// When watching began.
    package var from: Moment
    /// Until when every event was seen.
    package var to: Moment
    /// NEW events in between.
    package var events: Int
    /// Always 0: with a loss there is no proof.
    package var losses: Int { 0 }

    package init(from: Moment, to: Moment, events: Int) {
        self.from = from
        self.to = to
        self.events = events
    }

    /// Whole seconds from its beginning to its end.
    package var seconds: UInt64 {
        to.nanoseconds > from.nanoseconds ? (to.nanoseconds - from.nanoseconds) / 1_000_000_000 : 0
    }
}
