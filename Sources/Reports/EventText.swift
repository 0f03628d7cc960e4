import Conntrack
import Inspection

/// Events as lines to read: the local time, what happened, and the entry.
public final class EventText: EventWriter {
    private var bytes: ByteBuffer
    private let offset: (Moment) -> Int
    /// The offset of the second that was asked for last: lines come many a second.
    private var clock: (second: UInt64, offset: Int)?

    /// - Parameter offset: how many seconds local clocks are ahead of UTC at a moment.
    public init(clocksAhead offset: @escaping (Moment) -> Int, to sink: @escaping (RawSpan) -> Void) {
        bytes = ByteBuffer(sink)
        self.offset = offset
    }

    public func flush() { bytes.flush() }

    /// Start, live and end are no lines of the text: what of them matters goes to standard error.
    public func write(_ record: EventRecord) {
        switch record {
        case .start, .live, .end: break
        case .initial(let entry): line("[INITIAL]", at: nil) { $0.append(entry) }
        case .event(let event): line(Self.label(of: event.kind), at: event.time) { $0.append(event.subject) }
        case .lost(let lost): line("[LOST]", at: lost.time) { $0.append(text: lost.sentence) }
        case .resync(let change, let entry, let time): line(Self.label(of: change), at: time) { $0.append(entry) }
        case .resynced(let resync): line("[RESYNC]", at: resync.time) { $0.append(text: resync.sentence) }
        }
    }

    private func line(_ label: StaticString, at time: Moment?, _ fill: (inout ByteBuffer) -> Void) {
        if let time {
            bytes.append(clockOf: time, offset: clockOffset(at: time))
            bytes.append(byte: UInt8(ascii: " "))
        }
        bytes.append(label)
        bytes.append(byte: UInt8(ascii: " "))
        fill(&bytes)
        bytes.append(byte: UInt8(ascii: "\n"))
    }

    private func clockOffset(at time: Moment) -> Int {
        let second = time.nanoseconds / 1_000_000_000
        if let clock, clock.second == second { return clock.offset }
        let fresh = offset(time)
        clock = (second, fresh)
        return fresh
    }

    private static func label(of kind: EventKind) -> StaticString {
        switch kind {
        case .new: "    [NEW]"
        case .update: " [UPDATE]"
        case .destroy: "[DESTROY]"
        }
    }

    private static func label(of change: ResyncChange) -> StaticString {
        switch change {
        case .new: "[RESYNC] new"
        case .changed: "[RESYNC] changed"
        case .gone: "[RESYNC] gone"
        }
    }
}

extension ByteBuffer {
    /// An entry in short. The one place where the text of an event's entry is made.
    fileprivate mutating func append(_ entry: Entry) {
        append(text: entry.original.description)
        if let state = entry.state?.name {
            append(byte: UInt8(ascii: " "))
            append(text: state)
        }
        if let mark = entry.mark, mark != 0 {
            append(" mark=")
            append(decimal: mark)
        }
        if let zone = entry.zone {
            append(" zone=")
            append(decimal: zone)
        }
        if let id = entry.id {
            append(" id=")
            append(decimal: id)
        }
    }
}

extension LostEvents {
    fileprivate var sentence: String {
        let what = messages.map { "\($0) \($0 == 1 ? "message" : "messages")" } ?? "messages, how many is not known"
        switch resyncIn {
        case nil: return what
        case .zero?: return "\(what); comparing with the table"
        case let wait?: return "\(what); comparing with the table in \(wait.milliseconds) ms"
        }
    }
}

extension Resync {
    fileprivate var sentence: String {
        let outcome = isComplete ? "the picture is right again" : "events were lost meanwhile, so another follows"
        return "\(new) new, \(changed) changed, \(gone) gone: \(outcome)"
    }
}

extension EventTally {
    /// The summary of a stream.
    public var sentence: String {
        var parts = ["\(new) new, \(update) updated, \(destroy) destroyed"]
        if hidden > 0 { parts.append("\(hidden) not shown") }
        if doubles > 0 { parts.append("\(doubles) told before") }
        parts.append(lost == 0 && uncountedLosses == 0 ? "none lost" : "\(lost) lost")
        if uncountedLosses > 0 { parts.append("\(uncountedLosses) losses that the kernel did not count") }
        if resyncs > 0 { parts.append("\(resyncs) \(resyncs == 1 ? "resync" : "resyncs")") }
        if unread > 0 { parts.append("\(unread) could not be read") }
        return parts.joined(separator: "; ")
    }
}
