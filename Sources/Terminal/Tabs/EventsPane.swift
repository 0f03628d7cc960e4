import Conntrack
import Inspection

/// The stream of events: the last ones, and the losses among them.
struct EventsPane: Sendable {
    enum Line: Sendable {
        case event(Event<Entry>)
        case lost(Int?, Moment)
        /// A reading made a loss good.
        case resynced(Moment)
    }

    /// A ring; the oldest is at `start`.
    private var ring: [Line] = []
    private var start = 0
    /// Lines that came since the beginning.
    private(set) var total = 0
    /// Events that came, by kind.
    private(set) var tally = EventTally()
    var list = ListState()
    var filter = EntryFilter()
    var kinds = Set(EventKind.allCases)
    var texts: [(text: String, isNegated: Bool)] = []
    /// Whether anybody has looked at it yet: before, the kernel is not asked for what nobody sees.
    var isWanted = false
    /// The line that was the last one when the stream was paused.
    var pausedAt: Int?

    static let most = 10_000

    mutating func take(_ line: Line) {
        switch line {
        case .event(let event): tally.count(event.kind)
        case .lost(let messages, _): if let messages { tally.lost += messages } else { tally.uncountedLosses += 1 }
        case .resynced: tally.resyncs += 1
        }
        guard isWanted else { return }
        total += 1
        if ring.count < Self.most {
            ring.append(line)
        } else {
            ring[start] = line
            start = (start + 1) % Self.most
        }
    }

    /// Lines that may be shown; while it is paused, those that came since are not.
    private var available: Int { max(0, ring.count - waiting) }

    private var isFiltered: Bool { !texts.isEmpty || !filter.isEmpty || kinds.count < EventKind.allCases.count }

    /// How many lines are shown.
    var count: Int { isFiltered ? matching.count : available }

    /// Some of the lines that are shown, the newest last.
    func lines(from top: Int, most: Int) -> [Line] {
        if isFiltered { return matching.dropFirst(top).prefix(most).map(line) }
        return (max(0, top)..<max(top, most > available ? available : min(top + most, available))).map(line)
    }

    /// Positions of the lines that the filter takes.
    private var matching: [Int] { (0..<available).filter { isWanted(line($0)) } }

    private func line(_ position: Int) -> Line { ring[(start + position) % ring.count] }

    /// Lines that came since it was paused.
    var waiting: Int { pausedAt.map { total - $0 } ?? 0 }

    private func isWanted(_ line: Line) -> Bool {
        guard case .event(let event) = line else { return true }
        guard kinds.contains(event.kind), filter.matches(event.subject) else { return false }
        guard !texts.isEmpty else { return true }
        let text = EventLine.text(of: event.subject).lowercased()
        return texts.allSatisfy { text.contains($0.text) != $0.isNegated }
    }
}
