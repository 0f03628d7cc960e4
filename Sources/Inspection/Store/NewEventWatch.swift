/// The store's record of the NEW events that the verdict `never` relies on: those of flows that the store does not know (yet), and whether
/// the record is complete.
package struct NewEventWatch: Sendable {
    /// Whether every event since `from` has been received.
    private(set) var isWhole = false
    /// When it began.
    private(set) var from: UInt32 = 0
    private var readings = 0
    /// NEW events received since then, for any entry.
    private(set) var events = 0
    /// When the NEW events of flows without a row arrived.
    private var strangers: [FlowKey: UInt32] = [:]

    /// The most to keep, at about 100 bytes each; beyond that, watching starts over.
    static let mostStrangers = 1_000_000
    /// Whether there were more; reset when watching starts over.
    private(set) var isOverfull = false
    /// A flow that first appears in the second reading may be older, too: the kernel may skip a row while the file is read.
    package static let readingsToKnow = 2

    /// Starts over: nothing is known about earlier events.
    mutating func begin(at second: UInt32) {
        isWhole = true
        (from, readings, events) = (second, 0, 0)
        strangers = [:]
        isOverfull = false
    }

    mutating func lose() { isWhole = false }

    mutating func count() { events += 1 }

    mutating func keep(_ key: FlowKey, at second: UInt32) {
        if strangers.count >= Self.mostStrangers {
            isOverfull = true
            return lose()
        }
        strangers[key] = second
    }

    /// Removes and returns the arrival time of a flow's NEW event, as the flow now has a row.
    mutating func take(_ key: FlowKey) -> UInt32? { strangers.isEmpty ? nil : strangers.removeValue(forKey: key) }

    /// A new connection shows up in one of the next two readings, so older events can no longer belong to one that is still to appear.
    ///
    /// - Parameter isWhole: whether the reading was complete; if not, the next one may be the first to list older connections.
    mutating func endReading(begunAt second: UInt32, isWhole: Bool) {
        readings = isWhole ? readings + 1 : 0
        strangers = strangers.filter { $0.value + 1 >= lastBegin }
        lastBegin = second
    }

    private var lastBegin: UInt32 = 0

    var mayNewRowsBeOlder: Bool { readings < Self.readingsToKnow }
}
