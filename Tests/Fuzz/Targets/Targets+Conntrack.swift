import Addresses
import Collection
import Inspection
import Netlink
import Reports

@testable import Conntrack

extension FuzzTarget {
    /// What ctnetlink sends: entries, expectations, counters, and events of the first two.
    static let conntrack = [
        FuzzTarget("entries", entries),
        FuzzTarget("expectations", expectations),
        FuzzTarget("statistics", statistics),
    ]

    private static let received = Moment(nanoseconds: 1_795_406_400_000_000_000)

    @Sendable private static func entries(_ bytes: [UInt8]) {
        var tally = EntryTally(by: .state)
        do throws(KernelError) {
            _ = try Table(FuzzedKernel(answers: bytes)).dumpMessages(inKernel: false) { entry, message, datagram in
                compareLayouts(message, datagram)
                printed(entry)
                tally.count(entry)
            }
        } catch { Printed.error(error) }
        Printed.text(tally.text(top: 3, .plain))
        Printed.json { tally.writeJSON(top: 3, isWhole: true, to: $0) }
        events(of: Entry.self, in: bytes)
    }

    /// The shortcut for the usual layout must see what walking sees.
    private static func compareLayouts(_ message: Message, _ datagram: RawSpan) {
        guard let range = try? message.attributes(after: 4) else { return }
        var cursor = AttributeCursor(range)
        while let nest = try? cursor.next(in: datagram) {
            guard let usual = Tuple(usual: nest, in: datagram) else { continue }
            var unknown: [UnknownAttribute] = []
            let walked = try? Tuple(walking: nest, in: datagram, &unknown)
            Finding.require(usual == walked && unknown.isEmpty, "the shortcut reads a tuple differently")
        }
    }

    private static func printed(_ entry: Entry) {
        let table = EntryTable(style: .plain, width: nil)
        Printed.text { sink in
            var text = ByteBuffer(sink)
            text.appendRow(entry, table)
            text.appendConntrackLine(
                entry, ConntrackFormat([.extended, .id, .kernelTimes], now: 1_795_406_400), event: nil)
            text.flush()
        }
        Printed.json { json in json.entry(entry) }
        _ = EntryFilter().matches(entry)
    }

    @Sendable private static func expectations(_ bytes: [UInt8]) {
        var found: [Expectation] = []
        do throws(KernelError) {
            _ = try Expectations(FuzzedKernel(answers: bytes)).dump { found.append($0) }
        } catch { Printed.error(error) }
        Printed.text(found.text(.plain, width: 100))
        for expectation in found { Printed.json { json in json.expectation(expectation) } }
        events(of: Expectation.self, in: bytes)
    }

    private static func events<Subject: EventSubject & EventDecodable>(of _: Subject.Type, in bytes: [UInt8]) {
        var records: [EventRecord<Subject>] = []
        try? Subject.events(in: bytes.span.bytes, receivedAt: received) {
            records.append(.event($0))
        } unusable: {
            Printed.text([$0.description])
        }
        if records.isEmpty { return }
        Printed.text { sink in
            let text = EventText<Subject>(clocksAhead: { _ in 0 }, to: sink)
            for record in records { text.write(record) }
            text.flush()
        }
        for record in records {
            Printed.json { sink in
                let json = EventJSON<Subject>(to: sink)
                json.write(record)
                json.flush()
            }
        }
    }

    @Sendable private static func statistics(_ bytes: [UInt8]) {
        do throws(KernelError) {
            let statistics = try TableStatistics(reading: FuzzedKernel(answers: bytes))
            Printed.text(statistics.text(since: nil, verbose: true, .plain, width: 100))
            Printed.json { statistics.writeJSON(since: nil, verbose: true, to: $0) }
        } catch { Printed.error(error) }
    }
}
