import Addresses
import Conntrack
import Inspection

/// Events as JSON lines, as in `docs/schema/`.
package final class EventJSON<Subject: EventSubject>: EventWriter {
    private var json: JSONWriter

    /// The sink gets whole pieces of the text.
    package init(to sink: @escaping (RawSpan) -> Void) { json = JSONWriter(sink) }

    package func flush() { json.flush() }

    /// Writes a record as an object on one line.
    package func write(_ record: EventRecord<Subject>) {
        switch record {
        case .start(let start): json.line("start") { $0.members(of: start, table: Subject.table) }
        case .initial(let subject): json.line("initial") { $0.member(subject) }
        case .live(let table, let time):
            json.line("live") {
                $0.member("time", time)
                $0.member("entries", table.entries)
                $0.member("complete", table.isComplete)
            }
        case .event(let event):
            json.line(event.kind.jsonName) {
                $0.member("time", event.time)
                $0.member(event.subject)
            }
        case .lost(let lost): json.line("lost") { $0.members(of: lost) }
        case .resync(let change, let subject, let time):
            json.line("resync") {
                $0.member("change", change.rawValue)
                $0.member("time", time)
                $0.member(subject)
            }
        case .resynced(let resync): json.line("resynced") { $0.members(of: resync) }
        case .end(let tally, let time):
            json.line("end") {
                $0.member("time", time)
                $0.members(of: tally)
            }
        }
    }
}

extension EventKind {
    fileprivate var jsonName: StaticString {
        switch self {
        case .new: "new"
        case .update: "update"
        case .destroy: "destroy"
        }
    }
}

extension JSONWriter {
    @inline(__always)
    fileprivate mutating func line(_ event: StaticString, _ fill: (inout JSONWriter) -> Void) {
        object { json in
            json.key("event")
            json.quoted { $0.append(event) }
            fill(&json)
        }
        newline()
    }

    @inline(__always)
    fileprivate mutating func member(_ subject: some EventSubject) {
        key(type(of: subject).member)
        subject.write(to: &self)
    }

    fileprivate mutating func members(of start: EventStart, table: String) {
        schema("events")
        member("table", table)
        members(of: start.origin)
        member("buffer", start.buffer)
        member("buffer_asked", start.bufferAsked)
        member("nf_conntrack_events", start.eventsSetting)
        member("kinds", strings: start.kinds.map(\.rawValue))
        member("resync", start.resyncs)
    }

    fileprivate mutating func members(of lost: LostEvents) {
        member("time", lost.time)
        member("messages", lost.messages)
        member("resync_in_ms", lost.resyncIn?.milliseconds)
    }

    fileprivate mutating func members(of resync: Resync) {
        member("time", resync.time)
        member("new", resync.new)
        member("changed", resync.changed)
        member("gone", resync.gone)
        member("complete", resync.isComplete)
    }

    fileprivate mutating func members(of tally: EventTally) {
        member("new", tally.new)
        member("update", tally.update)
        member("destroy", tally.destroy)
        member("doubles", tally.doubles)
        member("hidden", tally.hidden)
        member("lost", tally.lost)
        member("uncounted_losses", tally.uncountedLosses)
        member("resyncs", tally.resyncs)
        member("unread", tally.unread)
    }
}
