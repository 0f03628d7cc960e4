import Addresses
import Collection
import Foundation
import Glibc
import Inspection
import Netlink
import Terminal
import TestSupport
import Testing

@testable import CTInspectCommand

/// `watch --record`, with the record of a director of the lab.
struct WatchRecordTests {
    private static let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../../Fleet/records/lb1.jsonl").path

    private func session(_ size: Size, _ tab: Tab, at time: String) throws -> WatchSession {
        setlocale(LC_CTYPE, "C.UTF-8")
        let moment: Moment = try #require(Moment(rfc3339: time))
        let player = RecordPlayer(Self.path, at: moment)
        try player.load(ReadingProgress())
        let origin = try #require(player.origin)
        var model = Model(
            Model.Setting(
                host: origin.host, networkNamespace: origin.networkNamespace, kernelRelease: origin.kernelRelease),
            size: size, hasIPVS: true)
        model.record = player.span
        var start = Start()
        start.tab = tab
        #expect(model.begin(start) == nil)
        let session = WatchSession(player, model)
        session.begin()
        session.read()
        return session
    }

    private func press(_ session: WatchSession, _ keys: [Key]) {
        for key in keys {
            session.handle(.input(.key(key)))
            for case .go(let step) in session.takeEffects() { session.go(step) }
            if session.feed.isReadingDue { session.read() }
        }
    }

    @Test("Each tab at each size, a second after the filter dropped a FIN", arguments: Tab.allCases)
    func screens(_ tab: Tab) throws {
        for size in WatchCaptureTests.sizes {
            let session = try session(size, tab, at: "2026-11-29T11:13:30Z")
            let screen = view(session.model)
            #expect(screen.lines.count == size.rows && screen.lines.allSatisfy { $0.width <= size.columns })
            try ScreenSnapshot.expect(screen.text, "record/\(tab.rawValue)-\(size.columns)x\(size.rows)")
        }
    }

    @Test("Details of what a record has", arguments: [Tab.services, .servers, .flows, .drops, .findings])
    func details(_ tab: Tab) throws {
        let size = Size(columns: 120, rows: 40)
        let session = try session(size, tab, at: "2026-11-29T11:14:40Z")
        press(session, [.character("i")])
        try ScreenSnapshot.expect(view(session.model).text, "record/\(tab.rawValue)-detail-120x40")
    }

    @Test("Keys go through its time: verdicts, weights and findings are those of each moment")
    func steps() throws {
        let session = try session(Size(columns: 140, rows: 40), .services, at: "2026-11-29T11:14:42Z")
        #expect(view(session.model).text.contains("2026-11-29T11:14:42Z, its end"))
        press(session, [.character("]")])
        #expect(view(session.model).text.contains("the record ends here"))
        press(session, [.character("(")])
        #expect(view(session.model).text.contains("2026-11-29T11:14:41Z"))
        press(session, [.character("(")])
        #expect(view(session.model).text.contains("2026-11-29T11:13:40Z"))
        press(session, [.character("}")])
        #expect(view(session.model).text.contains("2026-11-29T11:14:40Z"))
        press(session, [.character("b"), .control("u")] + "11:13:00".map { .character($0) } + [.enter])
        #expect(view(session.model).text.contains("2026-11-29T11:13:23Z"))
        press(session, [.character("["), .function(5)])
        #expect(view(session.model).text.contains("2026-11-29T11:13:23Z"))
        #expect(session.feed.failure == nil)
    }

    @Test("A printed screen, at its end and at a time; no root, no kernel")
    func printed() throws {
        let environment = ["COLUMNS": "140", "LINES": "24", "LC_ALL": "C.UTF-8"]
        let words = ["watch", "--record", Self.path, "--no-config"]
        let end = try Program.run(words, environment: environment)
        #expect(end.status == 0 && end.complaint.isEmpty && end.output.contains("11:14:42Z, its end"))
        let earlier = try Program.run(
            words + ["--at", "2026-11-29T11:13:27Z", "--tab", "flows", "--filter", "stuck"], environment: environment)
        #expect(earlier.output.contains("10.0.0.1:1001") && earlier.output.contains("11:13:27Z, 1m15s before its end"))
        let none = try Program.run(["watch", "--record", "/nonexistent"], environment: environment)
        #expect(none.status == 74 && none.complaint.contains("/nonexistent"), "\(none.status) \(none.complaint)")
    }

    @Test(
        "What does not go with a record is a usage error",
        arguments: [
            (["--record", "x", "--capture", "y"], "--record and --capture are mutually exclusive"),
            (["--record", "x", "--netns", "y"], "--record and --netns are mutually exclusive"),
            (["--record", "x", "--connections", "proc"], "--record and --connections are mutually exclusive"),
            (["--record", "x", "--observe"], "--record and --observe are mutually exclusive"),
            (["--record", "x", "--interval", "1s"], "--record and --interval are mutually exclusive"),
            (["--record", "-"], "a pipe cannot be read back; see replay"),
            (["--at", "1h"], "--at is the time of a --record"),
            (["--record", "x", "--at", "noon"], "noon"),
        ])
    func usage(_ words: [String], _ complaint: String) throws {
        let outcome = try Program.run(["watch"] + words)
        #expect(outcome.status == 64 && outcome.complaint.contains(complaint), "\(outcome.complaint)")
    }
}
