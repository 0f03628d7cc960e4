import Addresses
import Conntrack
import Foundation
import Inspection
import TestSupport
import Testing

@testable import Reports

@Suite("Lines of an event stream")
struct EventLinesTests {
    private static let time = Moment(nanoseconds: 1_795_406_400_123_456_789)

    private static func entry() throws -> Entry {
        var entry = try ReportsTests.entry("10.0.0.9:999", "10.0.0.101:80", family: 2)
        entry.id = 7
        return entry
    }

    private func json(_ record: EventRecord<Entry>) throws -> [String: Any] {
        let text = written { sink in
            let writer = EventJSON<Entry>(to: sink)
            writer.write(record)
            writer.flush()
        }
        #expect(text.hasSuffix("\n") && text.split(separator: "\n").count == 1)
        return try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    }

    @Test("Times match Foundation's format", arguments: 0..<200)
    func times(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        // Up to the year 2554, and whole seconds, which Foundation does not round.
        let seconds = UInt64.random(in: 0..<18_446_744_073, using: &random)
        let moment = Moment(nanoseconds: seconds * 1_000_000_000 + 1_002_003)
        let line = try json(.live(InitialTable(entries: 1, isComplete: true), moment))
        let date = Date(timeIntervalSince1970: Double(seconds)).formatted(Date.ISO8601FormatStyle())
        #expect(line["time"] as? String == date.dropLast() + ".001002Z")
    }

    @Test("An event shows its kind, its time and its entry", arguments: EventKind.allCases)
    func event(_ kind: EventKind) throws {
        let line = try json(.event(Event(kind, try Self.entry(), time: Self.time)))
        #expect(line["event"] as? String == kind.rawValue)
        #expect(line["time"] as? String == "2026-11-23T04:00:00.123456Z")
        #expect((line["entry"] as? [String: Any])?["id"] as? Int == 7)
    }

    @Test("conntrack's -o timestamp is when an event was received, not when the kernel made it")
    func received() throws {
        let received = Moment(nanoseconds: 7_000_001_000)
        for time in [received, Moment(nanoseconds: 5_000_000_000)] {
            let text = written { sink in
                let writer = EventConntrackLines<Entry>(
                    ConntrackFormat(now: 0), showsTime: true, program: { _ in nil }, complain: { _ in }, to: sink)
                guard let entry = try? Self.entry() else { return }
                writer.write(.event(Event(.new, entry, time: time, received: received)))
                writer.flush()
            }
            #expect(text.hasPrefix("[00000007.000001]\t    [NEW] "))
        }
    }

    @Test("A loss shows its size, if the kernel gave one, and when the resync starts")
    func lost() throws {
        let counted = try json(.lost(LostEvents(messages: 12, time: Self.time, resyncIn: .milliseconds(250))))
        #expect(counted["messages"] as? Int == 12)
        #expect(counted["resync_in_ms"] as? Int == 250)
        let uncounted = try json(.lost(LostEvents(messages: nil, time: Self.time, resyncIn: nil)))
        #expect(uncounted["messages"] is NSNull && uncounted["resync_in_ms"] is NSNull)
    }

    @Test("A resync and the end show their totals")
    func totals() throws {
        var resync = Resync(time: Self.time)
        (resync.new, resync.changed, resync.gone, resync.isComplete) = (1, 2, 3, false)
        let closing = try json(.resynced(resync))
        #expect(["new", "changed", "gone"].map { closing[$0] as? Int } == [1, 2, 3])
        #expect(closing["complete"] as? Bool == false)
        var tally = EventTally()
        (tally.new, tally.update, tally.destroy, tally.doubles, tally.hidden) = (1, 2, 3, 4, 5)
        (tally.lost, tally.uncountedLosses, tally.resyncs, tally.unread) = (6, 7, 8, 9)
        let end = try json(.end(tally, Self.time))
        let names = ["new", "update", "destroy", "doubles", "hidden", "lost", "uncounted_losses", "resyncs", "unread"]
        #expect(names.map { end[$0] as? Int } == Array(1...9))
        #expect(
            tally.sentence
                == "1 new, 2 updated, 3 destroyed; 5 not shown; 4 already reported; 6 lost; 7 losses of unknown size; "
                + "8 resyncs; 9 could not be read")
        #expect(EventTally().sentence == "0 new, 0 updated, 0 destroyed; none lost")
    }

    @Test("The start shows the settings in effect")
    func start() throws {
        let start = EventStart(
            Origin(
                takenAt: Moment(nanoseconds: 1_795_406_400_000_000_000), host: "lb1", kernelRelease: "6.1.0",
                networkNamespace: nil),
            buffer: 64,
            bufferAsked: 128, eventsSetting: 0, kinds: [.new, .destroy], resyncs: true)
        let line = try json(.start(start))
        #expect(line["schema"] as? String == "ct-inspect/1")
        #expect(line["buffer"] as? Int == 64 && line["buffer_asked"] as? Int == 128)
        #expect(line["kinds"] as? [String] == ["new", "destroy"])
        #expect(start.warnings.count == 2)
        #expect(start.warnings[0].contains("sysctl -w net.netfilter.nf_conntrack_events=1"))
    }

    @Test("As text: local time, what happened, the entry")
    func text() throws {
        let entry = try Self.entry()
        let line =
            "tcp      6 118 SYN_SENT src=10.0.0.9 dst=10.0.0.101 sport=999 dport=80 [UNREPLIED] "
            + "src=10.0.0.101 dst=10.0.0.9 sport=80 dport=999 mark=0 use=1 id=7"
        let text = written { sink in
            let writer = EventText<Entry>(clocksAhead: { _ in -4 * 3600 - 1 }, to: sink)
            writer.write(.initial(entry))
            writer.write(.event(Event(.update, entry, time: Self.time)))
            writer.write(.lost(LostEvents(messages: 1, time: Self.time, resyncIn: .zero)))
            writer.write(.resync(.gone, entry, Self.time))
            writer.write(.resynced(Resync(time: Self.time)))
            writer.flush()
        }
        #expect(
            text == """
                [INITIAL] \(line)
                23:59:59.123456  [UPDATE] \(line)
                23:59:59.123456 [LOST] 1 message; comparing with the table
                23:59:59.123456 [RESYNC] gone \(line)
                23:59:59.123456 [RESYNC] 0 new, 0 changed, 0 gone: the table is in sync again

                """)
    }
}
