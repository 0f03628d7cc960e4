import Addresses
import Collection
import Inspection
import Netlink
import Records
import Reports

/// What is said of a record at its beginning.
struct RecordHeading {
    var origin: Origin
    /// Between two readings.
    var interval: Duration
    var observes: Bool
    /// Otherwise the time of its lines is that of the capture.
    var isLive: Bool

    /// What is its time now.
    var now: Moment { isLive ? Clocks.system.wall() : origin.takenAt }

    /// The first line of a segment.
    func line(_ segment: Int, goesOn: Bool = false, at time: Moment) -> [UInt8] {
        let line = Lines()
        let writing = RecordJSON(origin, to: line.take)
        writing.begin(segment, goesOn: goesOn, at: time, every: interval, observes: observes)
        writing.flush()
        return line.bytes
    }
}

/// Text that has not been written.
private final class Lines {
    var bytes: [UInt8] = []
    /// The time of its first line; nil if there is none.
    var first: Moment?
    /// Whether a segment has.
    var haveBegun = false

    func take(_ piece: RawSpan) { piece.withUnsafeBytes { bytes += $0 } }
}

/// Takes what is recorded, and writes its lines: to the segments of a directory, or to standard output.
final class RecordSink {
    private let heading: RecordHeading
    private var writer: RecordWriter?
    private let lines: Lines
    private let writing: RecordJSON
    private var failure: KernelError?

    /// To standard output.
    init(_ heading: RecordHeading) {
        self.heading = heading
        lines = Lines()
        writing = RecordJSON(heading.origin, to: lines.take)
        lines.bytes = heading.line(1, at: heading.now)
    }

    /// - Parameter open: opens the directory, given what makes the first line of a segment. No other line of it has an earlier time.
    init(
        _ heading: RecordHeading, _ open: (@escaping (_ segment: Int) -> [UInt8]) throws(KernelError) -> RecordWriter
    ) throws(KernelError) {
        let lines = Lines()
        writer = try open { segment in
            defer { lines.haveBegun = true }
            return heading.line(segment, goesOn: lines.haveBegun, at: lines.first ?? heading.now)
        }
        (self.heading, self.lines) = (heading, lines)
        writing = RecordJSON(heading.origin, to: lines.take)
    }

    /// More than this is written before more is taken, as a reading of a million flows has a gigabyte.
    private static let mostBytes = 1 << 20

    func take(_ event: RecordedEvent, at time: Moment) {
        if failure != nil { return }
        lines.first = lines.first ?? time
        writing.write(event, at: time)
        guard lines.bytes.count >= Self.mostBytes else { return }
        do throws(KernelError) { try write() } catch { failure = error }
    }

    /// Writes what there is, and ends a segment that is old.
    ///
    /// - Throws: also what went wrong since the last call.
    func keepUp() throws(KernelError) {
        try write()
        try writer?.rotateIfDue(at: Clocks.system.wall())
    }

    private func write() throws(KernelError) {
        if let failure { throw failure }
        writing.flush()
        let bytes = lines.bytes
        lines.bytes.removeAll(keepingCapacity: true)
        defer { lines.first = nil }
        if bytes.isEmpty { return }
        if writer == nil {
            Output.write(bytes.span.bytes)
        } else {
            try writer?.append(bytes.span.bytes, at: Clocks.system.wall())
        }
    }

    /// Ends the record.
    func finish() throws(KernelError) {
        writing.end(at: heading.now)
        try keepUp()
        try writer?.finish()
    }
}
