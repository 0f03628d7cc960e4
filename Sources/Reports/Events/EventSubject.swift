import Conntrack
import Inspection

/// What events are about, and how it is written.
package protocol EventSubject: Sendable {
    /// As `--json` and the command line name the table.
    static var table: String { get }
    /// The name of the member that holds it.
    static var member: StaticString { get }

    func write(to json: inout JSONWriter)

    /// As conntrack(8) writes it, a line.
    func writeLine(to text: inout ByteBuffer, _ format: ConntrackFormat, event: ConntrackFormat.Event?)
}

extension Entry: EventSubject {
    /// `conntrack`
    package static var table: String { "conntrack" }
    /// `entry`
    package static var member: StaticString { "entry" }

    /// As `docs/schema/entry.json` has it.
    package func write(to json: inout JSONWriter) { json.entry(self) }

    /// As `conntrack -L` writes it, or with an event as `conntrack -E` does.
    package func writeLine(to text: inout ByteBuffer, _ format: ConntrackFormat, event: ConntrackFormat.Event?) {
        text.appendConntrackLine(self, format, event: event)
    }
}

extension Expectation: EventSubject {
    /// `expect`
    package static var table: String { "expect" }
    /// `expectation`
    package static var member: StaticString { "expectation" }

    /// As `docs/schema/expectation.json` has it.
    package func write(to json: inout JSONWriter) { json.expectation(self) }

    /// As `conntrack -L expect` writes it, or with an event as `conntrack -E expect` does.
    package func writeLine(to text: inout ByteBuffer, _ format: ConntrackFormat, event: ConntrackFormat.Event?) {
        text.appendConntrackLine(self, event: event)
    }
}
