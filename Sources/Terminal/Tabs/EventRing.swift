import Addresses
import Conntrack
import Inspection
import Reports

/// The last lines of a stream.
struct EventRing: Sendable {
    enum Line: Sendable {
        case event(Event<Entry>)
        case lost(Int?, Moment)
        /// A reading recovered a loss.
        case resynced(Moment)
        case recorded(RecordLine)
    }

    private var lines: [Line] = []
    /// The position of the oldest line, once the ring is full.
    private var start = 0
    /// Number of lines since the start.
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

/// A line of the event stream as drawn.
enum EventLine {
    /// The entry as far as the screen has space: endpoints, state, and where replies come from if not the requested destination.
    static func text(of entry: Entry, _ names: AddressNames) -> String {
        var words = [entry.original.described(names.label)]
        for column in [EntryTable.Column.state, .status] { words.append(entry.cell(column)) }
        let (source, destination) = (entry.cell(.replySource), entry.cell(.replyDestination))
        if source != "-" { words.append("answered by \(source)") }
        if destination != "-" { words.append("answers to \(destination)") }
        if let mark = entry.mark, mark != 0 { words.append("mark=\(mark)") }
        if let zone = entry.zone { words.append("zone=\(zone)") }
        return words.joined(separator: "  ").safe
    }

    /// To the millisecond.
    private static func clock(_ moment: Moment, _ clocksAhead: Int) -> Run {
        Run(moment.clockText(ahead: clocksAhead).prefix(12) + " ", .dim)
    }

    static func line(_ line: EventsPane.Line, _ names: AddressNames, clocksAhead: Int) -> Line {
        switch line {
        case .event(let event):
            var subject = event.subject
            // For a deleted entry it is obvious.
            if event.kind == .destroy { subject.status.remove(.dying) }
            return Line([
                clock(event.time, clocksAhead), Run(event.kind.label, event.kind.ink),
                Run(" " + text(of: subject, names)),
            ])
        case .recorded(let line):
            return Line([clock(line.time, clocksAhead), Run(line.happening, line.ink)])
        case .lost(let messages, let moment):
            let what = messages.map { Figures.number($0, "event was lost", "events were lost") } ?? "events were lost"
            return Line([
                clock(moment, clocksAhead),
                Run("   [LOST] \(what); rereading the table", .bad),
            ])
        case .resynced(let moment):
            return Line([
                clock(moment, clocksAhead),
                Run(" [RESYNC] the other tabs are up to date again", .caution),
            ])
        }
    }
}

extension RecordLine {
    fileprivate var ink: Ink {
        switch kind {
        case .finding: text("change") == "raised" ? .bad : .good
        case .drops: .bad
        case .loss: .caution
        case .flow: text("change") == "stuck" ? .odd : .plain
        case .minute, .traffic: .dim
        default: .strong
        }
    }
}

extension EventKind {
    fileprivate var label: String {
        switch self {
        case .new: "    [NEW]"
        case .update: " [UPDATE]"
        case .destroy: "[DESTROY]"
        }
    }

    fileprivate var ink: Ink {
        switch self {
        case .new: .good
        case .update: .plain
        case .destroy: .odd
        }
    }
}
