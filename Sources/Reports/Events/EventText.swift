import Addresses
import Conntrack
import Inspection

/// Events for people: the local time, what happened, and the entry in conntrack(8)'s format, with its id.
package final class EventText<Subject: EventSubject>: EventWriter {
    private var bytes: ByteBuffer
    private let offset: (Moment) -> Int
    /// The offset for the last second: there are many lines per second.
    private var clock: (second: UInt64, offset: Int)?

    /// - Parameter offset: how many seconds local clocks are ahead of UTC at a given time.
    package init(clocksAhead offset: @escaping (Moment) -> Int, to sink: @escaping (RawSpan) -> Void) {
        bytes = ByteBuffer(sink)
        self.offset = offset
    }

    package func flush() { bytes.flush() }

    /// Start, live and end have no lines in the text: what matters in them is written to standard error.
    package func write(_ record: EventRecord<Subject>) {
        switch record {
        case .start, .live, .end: break
        case .initial(let subject): line("[INITIAL]", at: nil, subject)
        case .event(let event): line(event.kind.label, at: event.time, event.subject)
        case .lost(let lost): line("[LOST]", at: lost.time, lost.sentence)
        case .resync(let change, let subject, let time): line(change.label, at: time, subject)
        case .resynced(let resync): line("[RESYNC]", at: resync.time, resync.sentence)
        }
    }

    private func line(_ label: StaticString, at time: Moment?, _ subject: Subject) {
        begin(label, at: time)
        // The delta-time of an active entry runs until the event.
        let now = time.map { Int64(clamping: $0.seconds) } ?? 0
        subject.writeLine(to: &bytes, ConntrackFormat(.id, now: now), event: nil)
    }

    private func line(_ label: StaticString, at time: Moment, _ sentence: String) {
        begin(label, at: time)
        bytes.append(text: sentence)
        bytes.append(byte: UInt8(ascii: "\n"))
    }

    private func begin(_ label: StaticString, at time: Moment?) {
        if let time {
            bytes.append(clockOf: time, offset: clockOffset(at: time))
            bytes.append(byte: UInt8(ascii: " "))
        }
        bytes.append(label)
        bytes.append(byte: UInt8(ascii: " "))
    }

    private func clockOffset(at time: Moment) -> Int {
        let second = time.seconds
        if let clock, clock.second == second { return clock.offset }
        let fresh = offset(time)
        clock = (second, fresh)
        return fresh
    }
}

extension EventKind {
    fileprivate var label: StaticString {
        switch self {
        case .new: "    [NEW]"
        case .update: " [UPDATE]"
        case .destroy: "[DESTROY]"
        }
    }
}

extension ResyncChange {
    fileprivate var label: StaticString {
        switch self {
        case .new: "[RESYNC] new"
        case .changed: "[RESYNC] changed"
        case .gone: "[RESYNC] gone"
        }
    }
}

extension LostEvents {
    var sentence: String {
        let what = messages.map { "\($0) \($0 == 1 ? "message" : "messages")" } ?? "an unknown number of messages"
        switch resyncIn {
        case nil: return what
        case .zero?: return "\(what); comparing with the table"
        case let wait?: return "\(what); comparing with the table in \(wait.milliseconds) ms"
        }
    }
}

extension Resync {
    var sentence: String {
        let outcome = isComplete ? "the table is in sync again" : "more events were lost, another resync follows"
        return "\(new) new, \(changed) changed, \(gone) gone: \(outcome)"
    }
}

extension EventTally {
    /// The summary of a stream.
    package var sentence: String {
        var parts = ["\(new) new, \(update) updated, \(destroy) destroyed"]
        if hidden > 0 { parts.append("\(hidden) not shown") }
        if doubles > 0 { parts.append("\(doubles) already reported") }
        parts.append(lost == 0 && uncountedLosses == 0 ? "none lost" : "\(lost) lost")
        if uncountedLosses > 0 { parts.append("\(uncountedLosses) losses of unknown size") }
        if resyncs > 0 { parts.append("\(resyncs) \(resyncs == 1 ? "resync" : "resyncs")") }
        if unread > 0 { parts.append("\(unread) could not be read") }
        return parts.joined(separator: "; ")
    }
}
