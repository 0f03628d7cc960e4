import Addresses
import Conntrack
import Inspection
import Netlink
import TestSupport
import Testing

@testable import Collection

/// Conditions that cannot be provoked on a live kernel: incomplete dumps, losses without a count, bytes that are not
/// messages.
@Suite("Following events, with a scripted kernel")
struct EventFollowerTests {
    private final class Lines: EventWriter {
        typealias Subject = Entry

        var lines: [String] = []

        func write(_ record: EventRecord<Entry>) {
            switch record {
            case .start: lines.append("start")
            case .initial(let entry): lines.append("initial \(entry.id ?? 0)")
            case .live(let table, _): lines.append("live \(table.entries) \(table.isComplete)")
            case .event(let event): lines.append("\(event.kind) \(event.subject.id ?? 0)")
            case .lost(let lost): lines.append("lost \(lost.messages.map(String.init) ?? "?")")
            case .resync(let change, let entry, _): lines.append("resync \(change) \(entry.id ?? 0)")
            case .resynced(let resync): lines.append("resynced \(resync.isComplete)")
            case .end(let tally, _): lines.append(tally.unread > 0 ? "end, \(tally.unread) unread" : "end")
            }
        }

        func flush() {}
    }

    /// `IPCTNL_MSG_CT_NEW` with or without `NLM_F_CREATE`, and `IPCTNL_MSG_CT_DELETE`, for an entry with only its original tuple and an id.
    private static func message(_ kind: EventKind, id: UInt32, interrupted: Bool = false) -> [UInt8] {
        var request = Request.netfilter(
            "script", subsystem: 1, message: kind == .destroy ? 2 : 0,
            flags: (kind == .new ? 0x400 : 0) | (interrupted ? 0x10 : 0), family: 2)
        request.appendTuple()
        request.append(12, bigEndian: id)
        return request.message(sequence: 1)
    }

    private static let done = Request(.netfilter, "script", type: 3, flags: 0).message(sequence: 1)

    private static func dump(_ ids: [UInt32], interrupted: Bool = false) -> [[UInt8]] {
        ids.map { message(.update, id: $0, interrupted: interrupted) } + [done]
    }

    private static func table(
        _ kernel: ScriptedKernel
    ) -> (_ each: (Entry) -> Void) throws(KernelError) -> Answer {
        { each throws(KernelError) in try Table(kernel).dump(matching: EntryFilter(), each) }
    }

    /// Returns at once.
    private static var hasty: Waiter {
        Waiter {
            false
        } block: { _, _ in
            .goOn
        }
    }

    /// Runs to the end, with a clock that advances by 100 ms each time it is read.
    private func lines(
        _ dumps: [[[UInt8]]], _ batches: [ScriptedEvents.Batch],
        _ change: (inout EventFollower<EntryLedger>.Settings) -> Void = { _ in }
    ) throws -> [String] {
        var settings = EventFollower<EntryLedger>.Settings()
        settings.showsInitial = true
        settings.duration = .seconds(20)
        change(&settings)
        final class Ticks { var count = 0 }
        let ticks = Ticks()
        let clock = Clocks(
            wall: { Moment(nanoseconds: 0) },
            elapsed: {
                ticks.count += 1
                return .milliseconds(100 * ticks.count)
            })
        let writer = Lines()
        let watch = EventFollower<EntryLedger>(
            Self.table(ScriptedKernel(answers: dumps)), ScriptedEvents(batches), settings, clock: clock, to: writer)
        try watch.run(Self.hasty)
        return writer.lines
    }

    @Test("Events received during the first dump are reported after it, and duplicates are dropped")
    func start() throws {
        let lines = try lines(
            [Self.dump([1, 2])],
            [
                ScriptedEvents.Batch([
                    Self.message(.new, id: 2), Self.message(.new, id: 3), Self.message(.destroy, id: 1),
                    Self.message(.new, id: 1),
                ])
            ])
        #expect(lines == ["initial 1", "initial 2", "live 2 true", "new 3", "destroy 1", "new 1", "end"])
    }

    @Test("Messages that are no usable event are counted, and the others of their datagram are reported")
    func unusable() throws {
        let nameless = Request.netfilter("script", subsystem: 1, message: 0, flags: 0x400).message(sequence: 0)
        let stranger = Request.netfilter("script", subsystem: 2, message: 0, flags: 0x400).message(sequence: 0)
        let datagram = nameless + Self.message(.new, id: 3) + stranger
        let lines = try lines([Self.dump([1])], [ScriptedEvents.Batch([datagram])])
        #expect(lines == ["initial 1", "live 1 true", "new 3", "end, 2 unread"])
    }

    @Test("A dump with a message that cannot be used is incomplete, and followed by another one")
    func partial() throws {
        let nameless = Request.netfilter("script", subsystem: 1, message: 0, flags: 0, family: 2).message(sequence: 1)
        let lines = try lines([[nameless] + Self.dump([1]), Self.dump([1, 2])], [])
        #expect(lines == ["initial 1", "live 1 false", "resync new 2", "resynced true", "end"])
    }

    @Test("A loss of unknown size is reported, and a resync recovers it")
    func uncounted() throws {
        let lines = try lines(
            [Self.dump([1]), Self.dump([2])],
            [ScriptedEvents.Batch([]), ScriptedEvents.Batch([], loss: EventLoss(messages: nil))])
        #expect(
            lines == [
                "initial 1", "live 1 true", "lost ?", "resync new 2", "resync gone 1", "resynced true", "end",
            ])
    }

    @Test("An incomplete dump does not mark entries as gone, and is followed by another dump")
    func interrupted() throws {
        let lines = try lines(
            [Self.dump([1, 2]), Self.dump([1], interrupted: true), Self.dump([1])],
            [ScriptedEvents.Batch([]), ScriptedEvents.Batch([], loss: EventLoss(messages: 3))])
        #expect(
            lines == [
                "initial 1", "initial 2", "live 2 true", "lost 3", "resynced false", "resync gone 2", "resynced true",
                "end",
            ])
    }

    @Test("A loss during a resync triggers another resync")
    func lossDuringResync() throws {
        let lines = try lines(
            [Self.dump([1]), Self.dump([1, 2]), Self.dump([1])],
            [
                ScriptedEvents.Batch([]), ScriptedEvents.Batch([], loss: EventLoss(messages: 1)),
                ScriptedEvents.Batch([]),
                ScriptedEvents.Batch([], loss: EventLoss(messages: 2)),
            ])
        #expect(
            lines == [
                "initial 1", "live 1 true", "lost 1", "resync new 2", "lost 2", "resynced false", "resync gone 2",
                "resynced true", "end",
            ])
    }

    @Test("Without resync, losses are only reported, and no dump is requested")
    func noResync() throws {
        let lines = try lines([], [ScriptedEvents.Batch([Self.message(.new, id: 1)], loss: EventLoss(messages: 9))]) {
            $0.resyncs = false
            $0.showsInitial = false
        }
        #expect(lines == ["new 1", "lost 9", "end"])
    }

    @Test("Bytes that are not messages count as unread, and events that were not requested as hidden")
    func accounts() throws {
        var settings = EventFollower<EntryLedger>.Settings()
        settings.resyncs = false
        settings.kinds = [.new]
        settings.shows = { $0.id != 5 }
        settings.duration = .milliseconds(50)
        let broken = Array(Self.message(.new, id: 1).dropLast(2))
        let events = ScriptedEvents([
            .init([
                broken, Self.message(.new, id: 4), Self.message(.new, id: 5), Self.message(.update, id: 4), [1, 2, 3],
            ])
        ])
        let watch = EventFollower<EntryLedger>(Self.table(ScriptedKernel()), events, settings, to: Lines())
        try watch.run(Self.hasty)
        #expect(watch.tally.new == 1 && watch.tally.hidden == 2 && watch.tally.unread == 2)
    }
}
