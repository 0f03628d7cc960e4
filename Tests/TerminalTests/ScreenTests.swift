import Addresses
import Conntrack
import IPVS
import Inspection
import TestSupport
import Testing

@testable import Terminal

/// Screens in rare states, as text.
struct ScreenTests {
    static let sizes = [(40, 10), (80, 24), (100, 30), (120, 40), (200, 60)].map { Size(columns: $0.0, rows: $0.1) }

    /// Compares the screen of a model with the one stored, at each size.
    static func expect(_ model: Model, _ name: String) throws {
        for size in sizes {
            var model = model
            Models.tell(&model, .resized(size))
            let screen = view(model)
            #expect(screen.lines.count == size.rows)
            #expect(screen.lines.allSatisfy { $0.width <= size.columns }, "\(name) at \(size)")
            try ScreenSnapshot.expect(screen.text, "states/\(name)-\(size.columns)x\(size.rows)")
        }
    }

    @Test("Before the first reading, and with nothing to show")
    func empty() throws {
        try Self.expect(Models.empty(), "unread")
        var model = Models.empty()
        Models.read(&model, [])
        model.turn(to: .flows)
        try Self.expect(model, "empty")
        try Self.expect(Models.empty(hasIPVS: false), "without-ipvs")
    }

    @Test("Lost events are shown, a reading follows, and the screen is up to date again")
    func loss() throws {
        var model = Models.director(tab: .events)
        for number in 0..<3 { Models.take(&model, .new, Models.entry(number)) }
        model.director.loseEvents(messages: 1234)
        Models.tell(&model, .director(.lost(messages: 1234)))
        #expect(Models.text(model).contains("events lost: rereading;"))
        try Self.expect(model, "lost")
        model.director.beginWatch()
        Models.read(&model, [Models.connection(1)])
        #expect(Models.text(model).contains("[RESYNC]"))
        #expect(!Models.text(model).contains("rereading;"))
        try Self.expect(model, "resynced")
        #expect(model.director.events.resyncs == 1 && model.director.events.lostMessages == 1234)
    }

    @Test("Losing permission, or the namespace, is reported; the last data stays, and reading is retried")
    func trouble() throws {
        var model = Models.director()
        let rows = Models.rows(model)
        model.director.fail(
            because: "cannot list the services of IPVS: Operation not permitted: needs CAP_NET_ADMIN: run with sudo")
        Models.tell(&model, .director(.readingEnded))
        #expect(Models.rows(model).prefix(5) == rows.prefix(5))
        try Self.expect(model, "forbidden")
        #expect(model.demand.reads)
        Models.read(&model, [Models.connection(1)])
        #expect(!Models.text(model).contains("CAP_NET_ADMIN"))
    }

    @Test("If IPVS is unloaded, its flows disappear, and the header says why")
    func gone() throws {
        var model = Models.director()
        for _ in 0..<2 {
            Models.read(
                &model, [], services: [],
                absence: "cannot find IPVS: the module ip_vs is not loaded: modprobe ip_vs", took: .zero)
        }
        #expect(model.listCount == 0)
        try Self.expect(model, "ipvs-gone")
    }

    @Test("Incomplete readings are reported")
    func incomplete() throws {
        var model = Models.director(tab: .services)
        Models.read(
            &model, [Models.connection(1)], losses: [Loss("connections of IPVS", "reading was stopped after 60 s")])
        try Self.expect(model, "incomplete")
    }

    @Test("Wide and combining characters, and control characters")
    func wide() throws {
        var model = Models.director()
        model.setting.host = "負荷分散\u{1B}[2J"
        model.setting.networkNamespace = "e\u{301}te\u{301}"
        for size in Self.sizes {
            Models.tell(&model, .resized(size))
            #expect(view(model).lines.allSatisfy { $0.width <= size.columns })
        }
        try Self.expect(model, "wide")
        #expect(!Models.text(model).unicodeScalars.contains("\u{1B}"))
    }

    @Test(
        "Control characters in a capture's services and connections do not reach the terminal", arguments: Tab.allCases)
    func hostile(_ tab: Tab) {
        var model = Models.director(200, 60)
        var service = Models.service()
        service.scheduler = "rr\u{1B}[2J\u{9B}31m"
        let connection = Models.connection(1, state: "\u{1B}]0;owned\u{07}\u{202E}")
        Models.read(&model, [connection], services: [service], took: .zero)
        model.turn(to: tab)
        _ = model.take(filter: tab.vocabulary() == nil ? "" : "!\u{202D}")
        let before = Models.text(model)
        // Details, and then those or another tab.
        Models.press(&model, .character("i"))
        let detail = Models.text(model)
        Models.press(&model, .enter)
        let text = before + detail + Models.text(model)
        let acting = text.unicodeScalars.filter { [.control, .format].contains($0.properties.generalCategory) }
        #expect(acting.allSatisfy { $0 == "\n" }, "\(tab)")
        if tab == .flows { #expect(text.contains(#"\u{1b}]0;owned"#)) }
        if tab == .services { #expect(text.contains(#"rr\u{1b}[2J"#)) }
    }

    @Test("A million connections: the screen has as many rows as fit")
    func million() throws {
        var model = Models.empty()
        model.turn(to: .flows)
        model.director.begin([Models.service()], Models.sysctls)
        for number in 0..<1_000_000 {
            let client = Endpoint(IPAddress(ipv4: 0x0A00_0000 + UInt32(number)), 40_000)
            model.director.take([
                Connection(
                    .tcp, client: client, virtual: Models.vip(), destination: Models.endpoint("10.0.0.3", 80),
                    state: "ESTABLISHED", expires: 890)
            ])
        }
        model.director.finish(took: .seconds(3), pause: .seconds(9), losses: [])
        Models.tell(&model, .director(.readingEnded))
        // Sorted in slices; in between, keys are answered.
        #expect(model.isArranging && model.listCount == 0)
        #expect(Models.text(model).contains("Sorting…"))
        Models.press(&model, .character("?"), .escape)
        while model.isArranging { model.goOnArranging() }
        #expect(model.listCount == 1_000_000)
        Models.press(&model, .end)
        #expect(model.list.selected == 999_999)
        // Another reading ends while the rows of one are arranged: it is arranged after that.
        Models.tell(&model, .director(.readingEnded))
        for _ in 0..<600 { model.goOnArranging() }
        Models.tell(&model, .director(.readingEnded))
        var slices = 0
        while model.isArranging {
            model.goOnArranging()
            slices += 1
        }
        #expect(slices > 3000 && model.listCount == 1_000_000)
        try Self.expect(model, "million")
    }

    @Test("Nothing is conveyed by colour alone: without colours, the screen says the same")
    func withoutColour() {
        let screen = view(Models.director())
        for line in screen.lines where line.runs.contains(where: { [.bad, .good, .caution, .odd].contains($0.ink) }) {
            let words = FlowVerdict.allCases.map(\.rawValue) + ["INVALID", "conntrack", "→", "in Findings)"]
            #expect(words.contains { line.text.contains($0) } || line.text.contains("RST"), "\(line.text)")
        }
        #expect(screen.lines[1].text.contains("[3 Flow]"))
    }

    @Test("The help, the menus and the prompts fit every size")
    func overlays() throws {
        for (key, name) in [
            (Key.character("?"), "help"), (.character("s"), "sort"), (.character("c"), "columns"),
            (.character("o"), "observe"),
        ] {
            var model = Models.director()
            Models.press(&model, key)
            try Self.expect(model, name)
        }
    }
}
