import Addresses
import Conntrack
import Inspection
import Netlink
import Records

/// Shows a director as its record tells of it, at any of its moments: it goes through the record once, and keeps how the director was at some
/// places, from where it goes on to any other.
///
/// Needs no privilege. It reads files, and blocks for as long as that takes: of a million lines five seconds for all, and for a moment as long
/// as the lines take from the checkpoint before. Checkpoints count at most 2.5 million flows together, besides those of the moment shown.
package final class RecordPlayer: DirectorFeed {
    package let clock: Clocks
    package private(set) var failure: KernelError?
    package let eventDescriptor: CInt? = nil
    /// Gets the director at each moment that is shown.
    package weak var keeper: (any DirectorKeeper)?
    private let path: String
    private var timeline = RecordTimeline()
    private var checkpoints: RecordCheckpoints
    private var problems: [Loss] = []
    /// Where to go next.
    private var pending: RecordStep?
    /// The last lines before its end.
    private var lastLines = RecentLines()

    /// - Parameters:
    ///   - path: a directory, or a file, of a recorder.
    ///   - moment: which is shown first; nil for the last one.
    ///   - lines: how far it reads again at least, to go to another moment.
    package init(_ path: String, at moment: Moment?, every lines: Int = 20_000, clock: Clocks = .system) {
        (self.path, self.clock) = (path, clock)
        checkpoints = RecordCheckpoints(every: lines)
        pending = .moment(moment ?? Moment(nanoseconds: .max))
    }

    /// From when to when it is; nil for one without lines.
    package var span: RecordSpan? { timeline.span }

    /// Whose record it is.
    package var origin: Origin? { checkpoints.last?.origin }

    /// Reads all of the record.
    ///
    /// - Parameter progress: gets the number of lines now and then.
    /// - Throws: if there is no record, or it has no lines.
    package func load(_ progress: ReadingProgress) throws(KernelError) {
        (timeline, problems) = (RecordTimeline(), [])
        checkpoints.removeAll()
        lastLines = RecentLines()
        var (director, place, count, unknown) = (RecordedDirector(), RecordPlace(), 0, 0)
        let found = try RecordReader(path).forEachLine(fromSegment: 0) { bytes, segment in
            if checkpoints.isDue(at: count) { checkpoints.keep(director, at: place, after: count) }
            place.pass(segment)
            count += 1
            progress.show("reading the record: \(count) lines", at: count)
            guard let line = RecordLine(bytes.copy(0..<bytes.byteCount)) else {
                unknown += 1
                return true
            }
            if director.take(line) {
                timeline.note(line.kind, at: director.second)
                lastLines.append(line)
            }
            return true
        }
        progress.end()
        checkpoints.end(director)
        problems = found.map { Loss("the record", $0.description) }
        if unknown > 0 { problems.append(Loss("the record", "\(unknown) lines are none of a record")) }
        if timeline.isEmpty { throw KernelError("read \(path)", .invalid, detail: "it has no lines of a record") }
    }

    /// Shows another moment with the next reading.
    package func go(_ step: RecordStep) { pending = step }

    /// - Returns: whether there is such a moment; `failure` says why it could not be read.
    @discardableResult
    package func read() -> Bool {
        guard let keeper, let step = pending.take() else { return true }
        failure = nil
        do throws(KernelError) {
            if step == .again { try load(ReadingProgress()) }
            guard let second = timeline.target(of: step, from: keeper.director.second) else { return false }
            try show(second, keeper)
        } catch {
            failure = error
            keeper.director.fail(because: error.description)
            keeper.changed(.readingEnded)
            return false
        }
        return true
    }

    private func show(_ second: UInt32, _ keeper: any DirectorKeeper) throws(KernelError) {
        if let end = checkpoints.last, second >= end.second {
            return show(end, at: second, after: lastLines, keeper)
        }
        guard let start = checkpoints.before(second) else { return }
        var (director, skipped) = (start.director, start.place.line)
        var lines = RecentLines()
        _ = try RecordReader(path).forEachLine(fromSegment: start.place.segment) { bytes, segment in
            if skipped > 0, segment == start.place.segment {
                skipped -= 1
                return true
            }
            guard let line = RecordLine(bytes.copy(0..<bytes.byteCount)) else { return true }
            if line.second > second { return false }
            if director.take(line) { lines.append(line) }
            return true
        }
        show(director, at: second, after: lines, keeper)
    }

    private func show(
        _ recorded: RecordedDirector, at second: UInt32, after lines: RecentLines, _ keeper: any DirectorKeeper
    ) {
        var recorded = recorded
        recorded.settle(at: Moment(second: second), problems: problems)
        keeper.director = recorded.director
        keeper.changed(.recorded(lines: lines.all))
        keeper.changed(.readingEnded)
    }

    /// A record is read, and shown, when that is asked for.
    package var isReadingDue: Bool { pending != nil }
    package var untilReading: Duration { pending == nil ? .seconds(3600) : .zero }
    package func begin() {}
    package func tick() {}
    package func follow() -> Bool { true }
    package func keepToDemand() {}
    package func stopUnwanted() {}
    package func hurry() {}
    package func wasAway(_ span: Duration) {}
    package func entry(of flow: FlowKey) -> Entry? { nil }
}

/// The last lines before a moment.
private struct RecentLines {
    private var lines: [RecordLine] = []
    private static let most = 2000

    /// The oldest first.
    var all: [RecordLine] { Array(lines.suffix(Self.most)) }

    mutating func append(_ line: RecordLine) {
        lines.append(line)
        // Not each time, as it moves all of them.
        if lines.count > 2 * Self.most { lines.removeFirst(Self.most) }
    }
}
