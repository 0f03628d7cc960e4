import Addresses
import Conntrack
import Inspection

/// Events exactly as printed by `conntrack -E`, and entries as by `conntrack -L`. conntrack has no lines for losses and resyncs: they go
/// to `complain`.
package final class EventConntrackLines<Subject: EventSubject>: EventWriter {
    private var bytes: ByteBuffer
    private let format: ConntrackFormat
    private let showsTime: Bool
    private let program: (UInt32) -> String?
    private let complain: (String) -> Void

    /// - Parameters:
    ///   - showsTime: `-o timestamp`.
    ///   - program: the name of the program with a netlink port; nil if it has ended, or cannot be seen.
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

    package func flush() { bytes.flush() }

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

    /// What a resync finds is reported like the event would have been.
    private func write(_ event: Event<Subject>) {
        let heading = ConntrackFormat.Event(
            event.kind, received: showsTime ? event.received : nil, portID: event.port,
            program: event.port == 0 ? nil : program(event.port))
        var format = format
        format.now = Int64(clamping: event.received.seconds)
        event.subject.writeLine(to: &bytes, format, event: heading)
    }
}
