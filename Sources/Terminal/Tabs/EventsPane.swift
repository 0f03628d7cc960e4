import Conntrack
import Inspection

/// The stream of events: the most recent ones, including losses.
struct EventsPane: Sendable {
    typealias Line = EventRing.Line

    private var ring = EventRing()
    /// What there was when the stream was paused: it does not change.
    private var paused: EventRing?
    /// The indices, among all lines so far, of those that match the filter; nil without a filter.
    private var matches: [Int]?
    var list = ListState()
    private(set) var filter: FilterExpression?
    /// Whether it has been viewed: before that, the kernel is not asked for events that nobody sees.
    var isWanted = false

    mutating func take(_ line: Line) {
        guard isWanted else { return }
        ring.append(line)
        guard matches != nil else { return }
        if takes(line) { matches?.append(ring.total - 1) }
        // Drops indices no longer in the ring, but not for each line.
        if let count = matches?.count, count > 2 * EventRing.most { matches?.removeFirst(count - EventRing.most) }
    }

    /// Shows lines of a record, which stand still.
    mutating func show(_ lines: [RecordLine]) {
        ring = EventRing()
        for line in lines { ring.append(.recorded(line)) }
        paused = ring
        choose(filter)
    }

    // MARK: Pausing

    var isPaused: Bool { paused != nil }

    mutating func pause() { if paused == nil { paused = ring } }

    mutating func goOn() { paused = nil }

    /// Lines added since it was paused.
    var waiting: Int { paused.map { ring.total - $0.total } ?? 0 }

    // MARK: Lines

    private var shown: EventRing { paused ?? ring }

    /// Indices, within what is shown, of the lines that match the filter.
    private func matching(_ matches: [Int], in ring: EventRing) -> [Int] {
        let first = ring.total - ring.count
        return matches.lazy.filter { (first..<ring.total).contains($0) }.map { $0 - first }
    }

    /// The number of lines shown.
    var count: Int { matches.map { matching($0, in: shown).count } ?? shown.count }

    /// Some of the lines shown, the newest last.
    func lines(from top: Int, most: Int) -> [Line] {
        let ring = shown
        let positions = matches.map { matching($0, in: ring)[...] } ?? Array(0..<ring.count)[...]
        return positions.dropFirst(max(0, top)).prefix(most).map { ring[$0] }
    }

    // MARK: Filter

    mutating func choose(_ filter: FilterExpression?) {
        self.filter = filter
        matches = nil
        guard filter != nil else { return }
        let first = ring.total - ring.count
        matches = (0..<ring.count).filter { takes(ring[$0]) }.map { first + $0 }
    }

    private func takes(_ line: Line) -> Bool {
        guard let filter else { return true }
        switch line {
        case .event(let event): return filter.accepts(FilteredEvent(event))
        case .recorded(let line): return filter.accepts(FilteredRecord(line))
        case .lost, .resynced: return true
        }
    }
}
