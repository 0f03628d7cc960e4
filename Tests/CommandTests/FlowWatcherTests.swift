import Addresses
import Collection
import Conntrack
import Inspection
import Netlink
import Reports
import TestSupport
import Testing

@testable import CTInspectCommand

/// Events of a script: a loss, or none.
private final class ScriptedEvents: EventSource {
    var readings: [EventReading]

    init(_ readings: [EventReading] = []) { self.readings = readings }

    func receive(_ receive: (RawSpan) -> Void) throws(KernelError) -> EventReading {
        readings.isEmpty ? EventReading(isDrained: true) : readings.removeFirst()
    }

    let descriptor: CInt = -1
}

struct FlowWatcherTests {
    private let fixture = Fixture.all[0]
    private static let loss = EventReading(isDrained: true, loss: EventLoss(messages: 7))

    private func kernel() throws -> CapturedKernel { try CapturedKernel(fixture.capture) }

    @Test("Connections that are there when the watch begins are not called never")
    func older() throws {
        let kernel = try kernel()
        let watcher = try FlowWatcher(kernel, ScriptedEvents())
        let picture = try Photographer(kernel).picture(watcher)
        #expect(picture.report.watch?.events == 0)
        #expect(Set(picture.report.flows.map(\.verdict)) == [.absent])
        #expect(picture.losses.isEmpty)
    }

    @Test("With a loss there is no proof; it is said, and the next watch holds again")
    func loss() throws {
        let kernel = try kernel()
        let events = ScriptedEvents()
        let watcher = try FlowWatcher(kernel, events)
        events.readings = [Self.loss]
        let broken = try Photographer(kernel).picture(watcher)
        #expect(broken.report.watch == nil)
        #expect(broken.losses.map(\.why) == ["7 were lost (ENOBUFS)"])
        var waits = 0
        let waiter = Waiter {
            waits += 1
            return waits > 1
        } block: { _, _ in
            .goOn
        }
        _ = try watcher.wait(for: .seconds(5), waiter)
        let mended = try Photographer(kernel).picture(watcher)
        #expect(mended.report.watch != nil)
        #expect(mended.losses.count == 1)
    }

    @Test("--follow prints each flow once, what changes, losses, and a summary; as its schema has it")
    func stream() throws {
        let kernel = try kernel()
        var picture = try Photographer(kernel).picture()
        let time = Moment(nanoseconds: 1_700_000_000_123_456_000)
        func lines(_ style: Style?) -> String {
            written { sink in
                let stream = FlowStream(FlowFilter(), style, clocksAhead: { _ in 0 }, to: sink)
                stream.begin(picture, at: time)
                stream.take(picture, at: time)
                var later = picture
                later.report.watch = WatchEvidence(from: time, to: time, events: 3)
                later.report.flows[0].verdict = .never
                later.losses = [Loss("NEW events", "7 were lost")]
                stream.take(later, at: time)
                stream.end(at: time)
            }
        }
        picture.origin.takenAt = Moment(nanoseconds: 1_795_406_400_000_000_000)
        let flows = picture.report.flows.count
        let json = lines(nil)
        let expected = ["start"] + Array(repeating: "flow", count: flows) + ["lost", "flow", "end"]
        let events = json.split(separator: "\n").compactMap {
            $0.split(separator: "\"").dropFirst(3).first.map(String.init)
        }
        #expect(events == expected)
        if SchemaScript.works || isContinuousIntegration {
            #expect(try SchemaScript.check("flows-follow", json).lines == ["\(expected.count) passed, 0 failed"])
        }
        let text = lines(.plain).split(separator: "\n")
        #expect(text.count == flows + 3)
        #expect(text.last == "At the end: \(flows - 1) absent, 1 never.")
        #expect(text.dropLast().last?.contains("22:13:20.123456  tcp 10.0.0.") == true)
    }
}
