import Addresses
import Conntrack
import IPVS

/// What a watch over the NEW events of the conntrack table knows: which connections began while it lasted, and which of them have never
/// had an entry.
///
/// It proves that only without a loss, so after a loss a new watch begins. What it is told of must be what it asks for, in this
/// order: subscribe to NEW; tell it of all connections, then of the whole table; from then on of each event.
package struct FlowWatch: Sendable {
    /// When it began.
    package let from: Moment
    /// NEW events that came, of whatever entries.
    package private(set) var events = 0
    private let services: ServiceIndex
    /// Connections that may be older than the watch.
    private var before: Set<FlowKey> = []
    /// Who has had an entry since it began, or had one then.
    private var seen: Set<FlowKey> = []

    /// Keys that are held at most: about 100 bytes each.
    static let mostKeys = 1_000_000

    /// - Parameter services: those that there were when it began: of others it knows nothing.
    package init(from: Moment, services: [Service]) {
        self.from = from
        self.services = ServiceIndex(services)
    }

    /// A connection that is there when the watch begins.
    package mutating func see(_ connection: Connection) { before.insert(.original(connection)) }

    /// An entry that is there when the watch begins.
    package mutating func see(_ entry: Entry) {
        if let key = FlowKey.original(entry), services.mayServe(key) { seen.insert(key) }
    }

    /// The entry of a NEW event.
    package mutating func takeNew(_ entry: Entry) {
        events += 1
        see(entry)
    }

    /// Whether it holds all that it may hold; another one is to begin then.
    package var isFull: Bool { seen.count >= Self.mostKeys }

    /// Whether the connection began during the watch, and no event told of an entry for it.
    func provesNever(_ connection: Connection) -> Bool {
        let key = FlowKey.original(connection)
        return !before.contains(key) && !seen.contains(key) && services.mayServe(key)
    }

    /// What the proof stands on, when the watch lasted until then without a loss.
    package func evidence(until: Moment) -> WatchEvidence { WatchEvidence(from: from, to: until, events: events) }
}

/// That every NEW event between two moments was seen.
package struct WatchEvidence: Equatable, Sendable {
    /// When the watch began.
    package var from: Moment
    /// Until when it held.
    package var to: Moment
    /// NEW events that came in between.
    package var events: Int
    /// Always 0: with a loss there is no evidence.
    package var losses: Int { 0 }

    /// What a watch without a loss came to.
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
