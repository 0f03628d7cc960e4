import Addresses
import Conntrack
import Inspection

/// Events exactly as `conntrack -E` prints them, and entries as `conntrack -L` does. Losses and resyncs are no lines of conntrack's: they go
/// to `complain`.
package final class EventConntrackLines<Subject: EventSubject>: EventWriter {
    private var bytes: ByteBuffer
    private let format: ConntrackFormat
    private let showsTime: Bool
    private let program: (UInt32) -> String?
    private let complain: (String) -> Void

    /// - Parameters:
    ///   - showsTime: `-o timestamp`.
    ///   - program: the name of the program with a process id, which netlink ports mostly are; nil when it has ended.
    package init(
        _ format: ConntrackFormat, showsTime: Bool, program: @escaping (UInt32) -> String?,
        complain: @escaping (String) -> Void, to sink: @escaping (RawSpan) -> Void
    ) {
        bytes = ByteBuffer(sink)
        self.format = format
        self.showsTime = showsTime
        self.program = program
        self.complain = complain
    }

    /// Hands over the lines written so far.
    package func flush() { bytes.flush() }

    /// Writes a record, as conntrack(8) would; what is no line of conntrack's goes to `complain`.
    package func write(_ record: EventRecord<Subject>) {
        switch record {
        case .start, .live, .end: break
        case .initial(let subject): subject.writeLine(to: &bytes, format, event: nil)
        case .event(let event): write(event)
        case .lost(let lost): complain("lost \(lost.sentence)")
        case .resync(let change, let subject, let time):
            write(Event(change.kind, subject, time: time))
        case .resynced(let resync): complain("resync: \(resync.sentence)")
        }
    }

    /// What a resync finds is told as the event would have told it.
    private func write(_ event: Event<Subject>) {
        let heading = ConntrackFormat.Event(
            event.kind, received: showsTime ? event.time : nil, portID: event.port,
            program: event.port == 0 ? nil : program(event.port))
        var format = format
        format.now = Int64(clamping: event.time.seconds)
        event.subject.writeLine(to: &bytes, format, event: heading)
    }
}
