import Addresses
import Collection
import Conntrack
import Inspection
import Netlink
import Reports
import TableSupport
import TestSupport
import Testing

@testable import CTInspectCommand

struct FlowCollectorTests {
    private let fixture = Fixture.all[0]

    private func kernel() throws -> CapturedKernel { try CapturedKernel(fixture.capture) }

    @Test("Connections that exist before NEW events are watched are not called never")
    func older() throws {
        let snapshot = try FlowCollector(kernel(), events: ScriptedEvents()).snapshot()
        #expect(snapshot.report.proof?.events == 0)
        #expect(Set(snapshot.report.flows.map(\.verdict)) == [.absent])
        #expect(snapshot.losses.isEmpty)
    }

    @Test("A loss invalidates the proof and is reported; once the watch has restarted, there is a proof again")
    func loss() throws {
        let events = ScriptedEvents()
        let collector = try FlowCollector(kernel(), events: events)
        events.batches = [ScriptedEvents.Batch(loss: EventLoss(messages: 7))]
        let broken = try collector.snapshot()
        #expect(broken.report.proof == nil)
        #expect(broken.losses.map(\.why) == ["7 were lost (ENOBUFS)"])
        var waits = 0
        let waiter = Waiter {
            waits += 1
            return waits > 1
        } block: { _, _ in
            .goOn
        }
        _ = try collector.wait(for: .seconds(5), waiter)
        let whole = try collector.snapshot()
        #expect(whole.report.proof != nil)
        #expect(whole.losses.count == 1)
    }

    // MARK: --for

    /// A director whose connections take a while to list, and a clock that stands still otherwise.
    private final class SlowDirector {
        let director = SimulatedDirector()
        let collector: FlowCollector
        let events = ScriptedEvents()
        private(set) var now = Duration.zero

        private static let server = SimulatedDestination(Endpoint(IPAddress(ipv4: 0x0A00_0003), 80), method: 3)

        init(takes span: Duration) throws {
            director.services = [SimulatedService(.tcp, SimulatedDirector.vip(100), [Self.server])]
            var time = { Duration.zero }
            collector = try FlowCollector(
                director, events: events,
                clock: Clocks(wall: { Moment(nanoseconds: 0) }, elapsed: { time() }))
            time = { [unowned self] in now }
            director.beforeAnswer = { [unowned self] _, question in if question == .connections { now += span } }
            begin(1)
        }

        func begin(_ port: UInt16) {
            let client = Endpoint(IPAddress(ipv4: 0x0A00_0001), port)
            director.rows.append(SimulatedDirector.row(client, SimulatedDirector.vip(100), Self.server.endpoint))
        }

        var readings: Int { director.questions.count { $0 == .connections } }

        func watch(for span: Duration) throws {
            let waiter = Waiter(isStopped: { [unowned self] in director.isStopped }) { [unowned self] _, limit in
                now += limit
                return .goOn
            }
            try collector.watch(for: span, waiter)
        }
    }

    @Test("--for reads what exists within its time, twice, and once more at its end")
    func span() throws {
        let slow = try SlowDirector(takes: .seconds(2))
        try slow.watch(for: .seconds(10))
        #expect(slow.readings == 2 && slow.now == .seconds(10))
        slow.begin(2)
        let snapshot = try slow.collector.snapshot()
        #expect(slow.readings == 3 && slow.now == .seconds(12))
        #expect(snapshot.report.flows.map(\.verdict) == [.absent, .never])
        #expect(snapshot.losses.isEmpty)
    }

    @Test("Where there is no time for two readings, never cannot be proven, and it says for how long to watch")
    func tooShort() throws {
        let slow = try SlowDirector(takes: .seconds(6))
        try slow.watch(for: .seconds(5))
        #expect(slow.readings == 1)
        slow.begin(2)
        let snapshot = try slow.collector.snapshot()
        #expect(slow.readings == 2 && slow.now == .seconds(12))
        #expect(snapshot.report.flows.map(\.verdict) == [.absent, .absent])
        #expect(snapshot.losses.map(\.what) == ["the verdict never"])
        #expect(snapshot.losses[0].why.hasSuffix("watch for longer: --for 18s"))
    }

    @Test("Events lost while it reads what exists: the watch begins again after a pause, and never can be proven then")
    func lossWhileLearning() throws {
        let slow = try SlowDirector(takes: .seconds(1))
        slow.events.batches = [ScriptedEvents.Batch(loss: EventLoss(messages: 7))]
        try slow.watch(for: .seconds(30))
        // One that lost them, and two after the pause.
        #expect(slow.readings == 3 && slow.now == .seconds(30))
        slow.begin(2)
        let snapshot = try slow.collector.snapshot()
        #expect(snapshot.report.flows.map(\.verdict) == [.absent, .never])
        #expect(snapshot.losses.map(\.why) == ["7 were lost (ENOBUFS)"])
    }

    @Test("What cannot be read to its end is not read again and again")
    func unreadable() throws {
        let slow = try SlowDirector(takes: .seconds(1))
        slow.director.rowsReadAtMost = 0
        try slow.watch(for: .seconds(30))
        #expect(slow.readings == 1 && slow.now == .seconds(30))
        let losses = try slow.collector.snapshot().losses
        #expect(losses.contains { $0.what == "the verdict never" && $0.why.hasSuffix("longer than --max-read-time") })
    }

    @Test("Interrupted, it shows what was read last if reading again takes time, and reads again if it does not")
    func interrupted() throws {
        for (took, readings) in [(2000, 2), (20, 3)] {
            let slow = try SlowDirector(takes: .milliseconds(took))
            try slow.watch(for: .seconds(10))
            slow.director.isStopped = true
            let snapshot = try slow.collector.snapshot()
            #expect(slow.readings == readings)
            #expect(snapshot.report.flows.map(\.verdict) == [.absent])
            #expect(snapshot.losses.map(\.why) == (readings == 2 ? ["reading was interrupted"] : []))
        }
    }

    @Test("Interrupted in the first reading, the connections that were read are shown, and what is missing")
    func interruptedAtOnce() throws {
        let slow = try SlowDirector(takes: .seconds(1))
        slow.director.beforeAnswer = { director, question in if question == .connections { director.isStopped = true } }
        let snapshot = try slow.collector.snapshot()
        let flow = try #require(Array(snapshot.report.flows).first)
        #expect(flow.verdict == .absent)
        #expect(snapshot.losses.map(\.what) == ["the conntrack table"])
        // It may well be in the table, which was not read.
        #expect(
            flow.doubts == [Flow.incompleteReading]
                && !snapshot.findings.contains { $0.id == .flows(.absent) || $0.id == .endsInvalid })
    }

    // MARK: --follow

    /// Two snapshots of one director: in the second, the first flow has a different verdict.
    private func snapshots() throws -> [FlowSnapshot] {
        let director = SimulatedDirector()
        let server = SimulatedDestination(Endpoint(IPAddress(ipv4: 0x0A00_0003), 80), method: 3)
        director.services = [SimulatedService(.tcp, SimulatedDirector.vip(100), [server])]
        let clients = (1...3).map { Endpoint(IPAddress(ipv4: 0x0A00_0001), $0) }
        director.rows = clients.map { SimulatedDirector.row($0, SimulatedDirector.vip(100), server.endpoint) }
        let collector = try FlowCollector(director, keepsEntries: true)
        let first = try collector.snapshot()
        director.entries = [SimulatedEntry(from: clients[0], to: SimulatedDirector.vip(100), id: 1)]
        var second = try collector.snapshot()
        second.losses = [Loss("NEW events", "7 were lost")]
        return [first, second]
    }

    @Test("A flow whose look-up has no answer is in doubt, and the others are shown as ever")
    func missingAnswer() throws {
        let director = SimulatedDirector()
        let server = SimulatedDestination(Endpoint(IPAddress(ipv4: 0x0A00_0003), 80), method: 3)
        director.services = [SimulatedService(.tcp, SimulatedDirector.vip(100), [server])]
        director.rows = (1...30).map {
            SimulatedDirector.row(
                Endpoint(IPAddress(ipv4: 0x0A00_0001), $0), SimulatedDirector.vip(100), server.endpoint)
        }
        director.lacksLookup = { (3...14).contains($0) }
        let snapshot = try FlowCollector(director).snapshot()
        let flows = snapshot.report.flows
        #expect(flows.count == 30 && flows.allSatisfy { $0.verdict == .absent })
        #expect(flows.count { $0.doubts.contains { $0.contains("it lacks the answer") } } == 12)
        let what = snapshot.losses.map(\.what)
        #expect(what.count { $0.contains("10.0.0.100") } == 10 && what.contains("2 more flows"), "\(what)")
    }

    @Test("Where not all connections were read, every number is said to be of fewer, in text and JSON")
    func unread() throws {
        let director = SimulatedDirector()
        var server = SimulatedDestination(Endpoint(IPAddress(ipv4: 0x0A00_0003), 80), method: 3)
        server.active = 1000
        director.services = [SimulatedService(.tcp, SimulatedDirector.vip(100), [server])]
        director.rows = (1...200).map {
            SimulatedDirector.row(
                Endpoint(IPAddress(ipv4: 0x0A00_0001), $0), SimulatedDirector.vip(100), server.endpoint)
        }
        let whole = try FlowCollector(director).snapshot()
        #expect(whole.connections.read == 200 && whole.connections.isWhole)
        director.rowsReadAtMost = 130
        let cut = try FlowCollector(director).snapshot()
        #expect(cut.connections.read == 130 && cut.connections.known == 1000)
        let json = written { cut.writeJSON(summaryOnly: true, to: $0) }
        #expect(json.contains(#""connections_read":130,"connections_known":1000"#))
        let text = cut.summaryText(.plain, width: nil)
        let sentence = "130 of about 1000 connections were read (13 %): all other numbers are of these."
        #expect(text.contains(sentence), "\(text)")
        #expect(cut.losses.contains { $0.why == "130 of about 1000 were read (13 %): reading was stopped" })
        if SchemaScript.works || isContinuousIntegration {
            #expect(try SchemaScript.check("flows", json).lines == ["1 passed, 0 failed"])
        }
    }

    @Test("--follow reports what is missing from its readings once, and every loss of events")
    func losses() throws {
        var snapshot = try snapshots()[0]
        let lines = written { sink in
            let stream = FlowStream(FlowFilter(), .plain, clocksAhead: { _ in 0 }, to: sink)
            for reading in 1...3 {
                snapshot.losses = [Loss("connections of IPVS", "\(reading)00 of about 900 were read")]
                snapshot.losses += (1...reading).map { _ in Loss("NEW events", "7 were lost") }
                snapshot.eventLosses = reading
                stream.take(snapshot, at: Moment(nanoseconds: 0))
            }
        }.split(separator: "\n").filter { $0.contains("  lost  ") }
        #expect(lines.count { $0.contains("connections of IPVS: 100 of") } == 1)
        #expect(lines.count { $0.contains("NEW events") } == 3 && lines.count == 4, "\(lines)")
    }

    @Test("--follow prints each flow once, then changes, losses and a summary, all conforming to the schema")
    func stream() throws {
        let snapshots = try snapshots()
        let time = Moment(nanoseconds: 1_700_000_000_123_456_000)
        func lines(_ style: Style?) -> String {
            written { sink in
                let stream = FlowStream(FlowFilter(), style, clocksAhead: { _ in 0 }, to: sink)
                stream.begin(snapshots[0], at: time)
                stream.take(snapshots[1], at: time)
                stream.end(at: time)
            }
        }
        let flows = 3
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
        #expect(text[flows + 1].contains("22:13:20.123456  tcp 10.0.0."))
        #expect(text[flows + 2] == "At the end: \(flows - 1) absent, 1 unreplied.")
        // What it means, and what to do: as flows says without --follow.
        #expect(text.dropFirst(flows + 3).joined().contains("not in the conntrack table"), "\(text)")
        #expect(json.split(separator: "\n").last?.contains(#""findings":[{"id":"#) == true)
    }
}
