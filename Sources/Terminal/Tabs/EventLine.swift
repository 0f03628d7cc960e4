import Conntrack
import Inspection
import Reports

/// A line of the stream as it is drawn.
enum EventLine {
    static func text(of entry: Entry) -> String { entry.conntrackLine }

    static func line(_ line: EventsPane.Line, clocksAhead: Int) -> Line {
        switch line {
        case .event(let event):
            return Line([
                Run(event.time.clockText(ahead: clocksAhead) + " ", .dim), Run(event.kind.label, event.kind.ink),
                Run(" " + text(of: event.subject)),
            ])
        case .lost(let messages, let moment):
            let what = messages.map { Words.number($0, "event was lost", "events were lost") } ?? "events were lost"
            return Line([
                Run(moment.clockText(ahead: clocksAhead) + " ", .dim),
                Run("   [LOST] \(what); the table is read anew", .bad),
            ])
        case .resynced(let moment):
            return Line([
                Run(moment.clockText(ahead: clocksAhead) + " ", .dim),
                Run(" [RESYNC] the other tabs are right again", .caution),
            ])
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
