/// How many entries were created and destroyed between two readings of the table's size: the kernel counts neither.
///
/// NEW events say how many were created, if none was lost; what the table has not grown by was destroyed.
struct EntryTurnover: Sendable {
    private var events: UInt64 = 0
    /// Whether every NEW event comes.
    private var isWatching = false
    /// Whether every NEW event came since the size was read.
    private var isWhole = false
    private var before: (entries: UInt64, at: Duration)?
    /// Entries per second; nil if that is not known.
    private(set) var created: Double?
    private(set) var destroyed: Double?

    /// Every NEW event comes from now on.
    mutating func begin() { isWatching = true }

    /// NEW events may be missing.
    mutating func end() { (isWatching, isWhole) = (false, false) }

    mutating func take() { events &+= 1 }

    /// - Parameters:
    ///   - time: by a monotonic clock.
    ///   - isCaughtUp: whether all events until now were taken. Those that wait would count for a later time.
    mutating func take(entries: UInt64?, at time: Duration, isCaughtUp: Bool = true) {
        (created, destroyed) = (nil, nil)
        guard isCaughtUp else { return isWhole = false }
        if isWhole, let before, time > before.at {
            let seconds = (time - before.at) / .seconds(1)
            created = Double(events) / seconds
            if let entries {
                // An entry counts from before its event on, until its memory is freed.
                destroyed = max(0, Double(events) + Double(before.entries) - Double(entries)) / seconds
            }
        }
        before = entries.map { ($0, time) }
        (events, isWhole) = (0, isWatching)
    }
}
