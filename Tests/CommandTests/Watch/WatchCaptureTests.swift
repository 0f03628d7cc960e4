import Addresses
import Collection
import Conntrack
import Foundation
import Glibc
import IPVS
import Inspection
import Netlink
import Terminal
import TestSupport
import Testing

@testable import CTInspectCommand

/// The screens for the bundled captures of real directors, made the same way as by the command.
struct WatchCaptureTests {
    static let sizes = [(40, 10), (80, 24), (100, 30), (120, 40), (200, 60)].map { Size(columns: $0.0, rows: $0.1) }

    /// A session at a fixed moment.
    static func session(_ fixture: Fixture, _ size: Size, _ tab: Tab, isPrinted: Bool = false) throws -> WatchSession {
        setlocale(LC_CTYPE, "C.UTF-8")
        let kernel = try CapturedKernel(fixture.capture)
        var setting = Model.Setting(
            host: kernel.origin.host, networkNamespace: kernel.origin.networkNamespace,
            kernelRelease: kernel.origin.kernelRelease)
        setting.captureTakenAt = kernel.origin.takenAt
        setting.isPrinted = isPrinted
        let now = Moment(nanoseconds: 1_764_000_000_000_000_000)
        var model = Model(setting, size: size, hasIPVS: Director.isPresent(in: kernel))
        var start = Start()
        start.tab = tab
        #expect(model.begin(start) == nil)
        let session = WatchSession(
            kernel, model, events: nil, interval: .seconds(1),
            clock: Clocks(wall: { now }, elapsed: { .seconds(3) }))
        session.begin()
        // The packet filter is not tried: what the kernel says that runs the test differs from machine to machine.
        var facts = try CheckedDirector(reading: try CapturedKernel(fixture.capture)).facts
        facts.trial = .unreadable("it is not tried for this screen")
        session.take(.report(CheckReport(Check.all, of: facts)))
        for _ in 0..<2 { session.read() }
        return session
    }

    @Test("Each tab of each capture at each size", arguments: Fixture.all, Tab.allCases)
    func screens(_ fixture: Fixture, _ tab: Tab) throws {
        for size in Self.sizes {
            var model = try Self.session(fixture, size, tab).model
            // It differs from run to run.
            model.director.cost = nil
            let screen = view(model)
            #expect(screen.lines.count == size.rows)
            #expect(screen.lines.allSatisfy { $0.width <= size.columns })
            try ScreenSnapshot.expect(
                screen.text, "\(fixture.name)/\(tab.rawValue)-\(size.columns)x\(size.rows)")
        }
    }

    @Test("Details of services, servers, flows, entries and findings", arguments: WatchCaptureTests.sizes)
    func details(_ size: Size) throws {
        for tab in [Tab.services, .servers, .flows, .table, .findings] {
            let session = try Self.session(Fixture(name: "mixed"), size, tab)
            session.handle(.input(.key(.down)))
            session.handle(.input(.key(.character("i"))))
            session.keepToDemand()
            try ScreenSnapshot.expect(
                view(session.model).text, "mixed/\(tab.rawValue)-detail-\(size.columns)x\(size.rows)")
        }
    }

    @Test("The flows behind a service, and an expanded one", arguments: WatchCaptureTests.sizes)
    func behind(_ size: Size) throws {
        for (key, name) in [(Key.enter, "flows"), (.character(" "), "expanded")] {
            let session = try Self.session(Fixture(name: "mixed"), size, .services)
            session.handle(.input(.key(.down)))
            session.handle(.input(.key(key)))
            session.keepToDemand()
            try ScreenSnapshot.expect(
                view(session.model).text, "mixed/services-\(name)-\(size.columns)x\(size.rows)")
        }
    }

    @Test("Who has the connections, and what fills the table", arguments: WatchCaptureTests.sizes)
    func talkers(_ size: Size) throws {
        for tab in [Tab.flows, .table] {
            let session = try Self.session(Fixture(name: "mixed"), size, tab)
            for _ in 0..<2 { session.handle(.input(.key(.character("t")))) }
            try ScreenSnapshot.expect(
                view(session.model).text, "mixed/\(tab.rawValue)-talkers-\(size.columns)x\(size.rows)")
        }
    }

    @Test("The verdicts match those of flows", arguments: Fixture.all)
    func verdicts(_ fixture: Fixture) throws {
        let session = try Self.session(fixture, Size(columns: 200, rows: 60), .flows)
        let snapshot = try FlowCollector(try CapturedKernel(fixture.capture)).snapshot()
        let rows = view(session.model).lines.map { $0.text.split(separator: " ").map(String.init) }
        for flow in snapshot.report.flows {
            let row = rows.first { $0.first == flow.protocol.description && $0.dropFirst().first == "\(flow.client)" }
            let words = try #require(row, "\(flow.client)")
            #expect(words.contains(flow.verdict.rawValue))
            #expect(words.contains("\(flow.virtual)"))
            if let method = flow.method { #expect(words.contains(method.description)) }
            if let state = flow.connection?.state.name { #expect(words.contains(state)) }
        }
        let shown = rows.filter { ["tcp", "udp"].contains($0.first) }
        #expect(shown.count == snapshot.report.flows.count)
    }

    @Test("Exports conform to the schema", arguments: Fixture.all, Tab.allCases)
    func exports(_ fixture: Fixture, _ tab: Tab) throws {
        guard SchemaScript.works || isContinuousIntegration else { return }
        let session = try Self.session(fixture, Size(columns: 80, rows: 24), tab)
        let folder = try TemporaryFolder()
        let path = folder.url.appendingPathComponent("export").path
        session.handle(.input(.key(.character("x"))))
        session.handle(.input(.key(.control("u"))))
        for character in path { session.handle(.input(.key(.character(character)))) }
        session.handle(.input(.key(.enter)))
        // A tab whose data the capture lacks has nothing to export.
        #expect(session.takeEffects().last == .export(path: path))
        let told = SaveAsJSON.write(to: path, session.model.writeDocument)
        guard told.contains("exported") else {
            #expect(told == "there is nothing to export" && [.table, .events, .health].contains(tab))
            return #expect(!FileManager.default.fileExists(atPath: path))
        }
        #expect(SaveAsJSON.write(to: path, session.model.writeDocument).contains("choose another name"))
        let text = try String(contentsOfFile: path, encoding: .utf8)
        let schema = [Tab.table: "entry", .events: "events", .health: "stats"][tab] ?? "watch"
        #expect(try SchemaScript.check(schema, text).lines.last?.hasSuffix(" 0 failed") == true, "\(text)")
    }
}
