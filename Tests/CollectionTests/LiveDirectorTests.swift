import Addresses
import Conntrack
import IPVS
import Inspection
import Netlink
import TableSupport
import TestSupport
import Testing

@testable import Collection

/// A live director without a screen, as used by an exporter.
struct LiveDirectorTests {
    private final class Keeper: DirectorKeeper {
        var director = DirectorState()
        var demand = Demand()
        var entries: [Entry] = []
        var changes: [String] = []
        var goOn: () -> Void = {}

        func take(_ entry: Entry) {
            director.take(entry)
            if demand.entries != nil { entries.append(entry) }
        }
        func readingGoesOn() { goOn() }

        func changed(_ change: DirectorChange) {
            changes.append("\(change)".prefix { $0 != "(" }.description)
        }
    }

    private final class ForbiddenKernel: KernelSource {
        let origin = Origin.here(networkNamespace: nil)

        func exchange(
            _ request: Request, _ receive: (RawSpan, UInt32) throws(KernelError) -> Reception
        ) throws(KernelError) { throw KernelError(request.purpose, .forbidden) }

        func read(
            _ file: KernelFile, within bound: Duration, _ receive: (RawSpan) -> Void
        ) throws(KernelError) -> Completeness { throw KernelError("read /\(file.path)", .forbidden) }

        func list(_ folder: KernelFile) throws(KernelError) -> [String] {
            throw KernelError("list /\(folder.path)", .forbidden)
        }
    }

    private final class Time { var elapsed = Duration.seconds(1) }

    private let director = SimulatedDirector()
    private let events = ScriptedEvents()
    private let keeper = Keeper()
    private let time = Time()
    private let server = Endpoint(IPAddress(ipv4: 0x0A00_0003), 80)

    private func client(_ number: Int) -> Endpoint { Endpoint(IPAddress(ipv4: 0x0A01_0000 + UInt32(number)), 40_000) }

    private func connect(_ clients: Range<Int>) {
        director.rows += clients.map { SimulatedDirector.row(client($0), SimulatedDirector.vip(100), server) }
    }

    private func live(mostReadings: Int? = nil) -> LiveDirector {
        director.services = [
            SimulatedService(.tcp, SimulatedDirector.vip(100), [SimulatedDestination(server, method: 3)])
        ]
        var options = LiveDirector.Options(hints: ObservationHints())
        options.mostReadings = mostReadings
        let time = time
        options.clock = Clocks(wall: { Moment(nanoseconds: 0) }, elapsed: { time.elapsed })
        return LiveDirector(director, events: events, keeper: keeper, options)
    }

    private func verdict(_ number: Int) -> FlowVerdict? {
        let key = FlowKey(protocol: .tcp, client: client(number), server: SimulatedDirector.vip(100))
        return keeper.director.store.slot(of: key).flatMap { keeper.director.store[$0] }?.verdict
    }

    @Test("Readings, with events in between, give verdicts, the proof of never, and findings")
    func readings() {
        let live = live()
        live.begin()
        connect(0..<2)
        director.entries = [SimulatedEntry(from: client(0), to: SimulatedDirector.vip(100), id: 1)]
        for _ in 0..<2 {
            #expect(live.isReadingDue)
            #expect(live.read())
            time.elapsed += .seconds(2)
        }
        #expect(verdict(0) == .unreplied && verdict(1) == .absent)
        connect(2..<3)
        live.read()
        #expect(verdict(2) == .never)
        #expect(keeper.director.store.evidence?.events == 0)
        #expect(keeper.director.store.counts.connections == 3)
        #expect(keeper.director.findings.contains { $0.id == .endsInvalid && $0.severity == .warning })
        #expect(!live.isReadingDue && live.untilReading > .milliseconds(500))
        #expect(keeper.entries.isEmpty)
        keeper.demand.entries = EntryFilter()
        #expect(live.isReadingDue)
        live.read()
        #expect(keeper.entries.count == 1)
    }

    @Test("Only the first reading, which somebody waits for, uses a second core")
    func secondCore() {
        let live = live()
        live.begin()
        live.read()
        #expect(director.usesSecondCore)
        live.read()
        #expect(!director.usesSecondCore)
    }

    @Test("Lost events end the proof, and the reading that soon follows starts a new one")
    func loss() {
        let live = live()
        live.begin()
        for _ in 0..<2 { live.read() }
        #expect(keeper.director.store.evidence != nil && !live.isReadingDue)
        events.batches = [.init(loss: EventLoss(messages: 7))]
        live.drainEvents()
        #expect(keeper.director.store.evidence == nil)
        #expect(keeper.director.events.lostMessages == 7 && keeper.director.events.isResyncing)
        #expect(live.isReadingDue)
        live.read()
        #expect(keeper.director.store.evidence != nil)
        #expect(keeper.director.events.resyncs == 1 && !keeper.director.events.isResyncing)
        #expect(keeper.changes.contains("lost") && keeper.changes.contains("resynced"))
    }

    @Test("A cancelled reading keeps the previous data, and the next one is complete again")
    func abandoned() {
        let live = live()
        connect(0..<6000)
        live.read()
        director.rows.removeFirst(500)
        keeper.changes = []
        keeper.goOn = { [keeper] in keeper.demand.reads = false }
        live.read()
        #expect(!keeper.changes.contains("readingEnded"))
        #expect(!keeper.director.reading.isRunning && !live.isReadingDue)
        #expect(keeper.director.store.counts.connections == 6000)
        keeper.goOn = {}
        keeper.demand.reads = true
        live.read()
        #expect(keeper.director.store.counts.connections == 5500)
    }

    @Test("A capture, which does not change, is not read more often than needed")
    func capture() {
        let live = live(mostReadings: 2)
        for _ in 0..<2 {
            #expect(live.isReadingDue)
            live.read()
        }
        #expect(!live.isReadingDue && live.untilReading > .seconds(60))
    }

    @Test("Kinds of events are subscribed to when they are first requested")
    func kinds() {
        let live = live()
        live.keepToDemand()
        #expect(events.joined.isEmpty)
        keeper.demand.eventKinds = Set(EventKind.allCases)
        for _ in 0..<2 { live.keepToDemand() }
        #expect(events.joined.sorted() == [EventKind.update, .destroy].map(\.entryGroup).sorted())
    }

    @Test("If a director cannot be read, the previous data is kept, and the reason reported")
    func failure() {
        let live = live()
        connect(0..<3)
        live.read()
        let broken = LiveDirector(
            ForbiddenKernel(), events: nil, keeper: keeper, LiveDirector.Options(hints: ObservationHints()))
        #expect(!broken.read())
        #expect(broken.failure != nil && keeper.director.reading.trouble != nil)
        #expect(keeper.director.store.counts.connections == 3)
        #expect(keeper.changes.last == "readingEnded")
    }
}
