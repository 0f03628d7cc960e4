/// The watch over NEW events that the verdict `never` stands on, as far as a store keeps it: the events of flows that it does not know
/// (yet), and whether it holds.
package struct NewEventWatch: Sendable {
    /// Whether every event was told since `from`.
    private(set) var isWhole = false
    /// When it began.
    private(set) var from: UInt32 = 0
    private var readings = 0
    /// NEW events since then, of whatever entries.
    private(set) var events = 0
    /// NEW events of flows without a row, by when they came.
    private var strangers: [FlowKey: UInt32] = [:]

    /// So many are held at most, some 100 bytes each; with more, watching starts over.
    static let mostStrangers = 1_000_000
    /// There were more, until it starts over.
    private(set) var isOverfull = false
    /// What the second reading shows first may be older, too: a row may be passed over while the file is read.
    package static let readingsToKnow = 2

    /// Starts over: nothing is known of what came before.
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

    /// When the NEW event of a flow came that has a row from now on.
    mutating func take(_ key: FlowKey) -> UInt32? { strangers.isEmpty ? nil : strangers.removeValue(forKey: key) }

    /// A connection that began is in one of the next two readings, so an older event is not of one that is still to come.
    ///
    /// - Parameter isWhole: whether all connections were read; if not, the next reading may show older ones first.
    mutating func endReading(begunAt second: UInt32, isWhole: Bool) {
        readings = isWhole ? readings + 1 : 0
        strangers = strangers.filter { $0.value + 1 >= lastBegin }
        lastBegin = second
    }

    private var lastBegin: UInt32 = 0

    var mayNewRowsBeOlder: Bool { readings < Self.readingsToKnow }
}
