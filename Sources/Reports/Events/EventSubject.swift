import Conntrack
import Inspection

/// The subject of events, and how it is written.
package protocol EventSubject: Sendable {
    /// The table's name in `--json` and on the command line.
    static var table: String { get }
    /// The name of its JSON member.
    static var member: StaticString { get }

    func write(to json: inout JSONWriter)

    /// As in conntrack(8), one line.
    func writeLine(to text: inout ByteBuffer, _ format: ConntrackFormat, event: ConntrackFormat.Event?)
}

extension Entry: EventSubject {
    package static var table: String { "conntrack" }
    package static var member: StaticString { "entry" }

    /// As in `docs/schema/entry.json`.
    package func write(to json: inout JSONWriter) { json.entry(self) }

    /// As in `conntrack -L`, or with an event as in `conntrack -E`.
    package func writeLine(to text: inout ByteBuffer, _ format: ConntrackFormat, event: ConntrackFormat.Event?) {
        text.appendConntrackLine(self, format, event: event)
    }
}

extension Expectation: EventSubject {
    package static var table: String { "expect" }
    package static var member: StaticString { "expectation" }

    /// As in `docs/schema/expectation.json`.
    package func write(to json: inout JSONWriter) { json.expectation(self) }

    /// As in `conntrack -L expect`, or with an event as in `conntrack -E expect`.
    package func writeLine(to text: inout ByteBuffer, _ format: ConntrackFormat, event: ConntrackFormat.Event?) {
        text.appendConntrackLine(self, event: event)
    }
}
