import Addresses
import Conntrack
import Inspection

/// The last lines of a stream.
struct EventRing: Sendable {
    enum Line: Sendable {
        case event(Event<Entry>)
        case lost(Int?, Moment)
        /// A reading made a loss good.
        case resynced(Moment)
    }

    private var lines: [Line] = []
    /// Where the oldest is, once there are as many as there may be.
    private var start = 0
    /// Lines that came since the beginning.
    private(set) var total = 0

    static let most = 10_000

    var count: Int { lines.count }

    /// The oldest is 0.
    subscript(position: Int) -> Line { lines[(start + position) % lines.count] }

    mutating func append(_ line: Line) {
        total += 1
        if lines.count < Self.most {
            lines.append(line)
        } else {
            lines[start] = line
            start = (start + 1) % Self.most
        }
    }
}
