import Conntrack
import Firewall
import Inspection
import ObservationSupport
import TestSupport
import Testing

@testable import Terminal

/// Every key, through `update`.
struct KeyTests {
    @Test("q, F10 and Ctrl-C quit; Ctrl-Z suspends, Ctrl-L redraws, F5 and Ctrl-R read")
    func effects() {
        var model = Models.director()
        for key in [Key.character("q"), .function(10), .control("c")] { #expect(Models.press(&model, key) == [.quit]) }
        #expect(Models.press(&model, .control("z")) == [.suspend])
        #expect(Models.press(&model, .control("l")) == [.redraw])
        for key in [Key.function(5), .control("r")] { #expect(Models.press(&model, key) == [.read]) }
    }

    @Test("Ctrl-C, Ctrl-Z and Ctrl-L work with any overlay open")
    func overlaid() {
        for opener in [Key.character("?"), .character("s"), .character("/"), .character("x"), .character("o")] {
            var model = Models.director()
            Models.press(&model, opener)
            #expect(model.overlay != nil)
            #expect(Models.press(&model, .control("c")) == [.quit])
            #expect(Models.press(&model, .control("z")) == [.suspend])
            #expect(Models.press(&model, .control("l")) == [.redraw])
        }
    }

    @Test("1 to 8, Tab and Shift-Tab switch tabs; each keeps its number without IPVS, where Table is first")
    func tabs() {
        var model = Models.director(tab: .services)
        for (key, tab) in zip("12345678", Tab.allCases) {
            Models.press(&model, .character(key))
            #expect(model.tab == tab)
        }
        Models.press(&model, .tab)
        #expect(model.tab == .services)
        Models.press(&model, .backTab)
        #expect(model.tab == .health)
        var other = Models.empty(hasIPVS: false)
        #expect(other.tab == .table)
        for (key, tab) in zip("12345678", Tab.allCases) {
            Models.press(&other, .character(key))
            #expect(other.tab == tab)
            Models.read(&other, [], services: [], absence: "the module ip_vs is not loaded")
            #expect(Models.text(other).contains("No IPVS here: the module ip_vs") == tab.needsIPVS, "\(tab)")
        }
    }

    @Test(
        "Arrows, j and k, pages, ends",
        arguments: [
            ([.down], 1), ([.character("j"), .character("j")], 2), ([.down, .up], 0), ([.down, .character("k")], 0),
            ([.up], 0),
            ([.end], 99), ([.character("G")], 99), ([.end, .home], 0), ([.end, .character("g")], 0),
            ([.end, .down], 99),
            ([.pageDown], 15), ([.control("d")], 8), ([.end, .control("u")], 91), ([.control("f"), .control("b")], 0),
            ([.end, .pageUp], 84),
        ] as [([Key], Int)])
    func moves(_ keys: [Key], _ selected: Int) {
        var model = Models.director(connections: 100)
        for key in keys { Models.press(&model, key) }
        #expect(model.page == 16)
        #expect(model.list.selected == selected)
        #expect((model.list.top..<model.list.top + model.page).contains(selected))
    }

    @Test("s and F6 sort by a column, and reverse when repeated; r reverses")
    func sort() {
        for opener in [Key.character("s"), .function(6)] {
            var model = Models.director()
            Models.press(&model, opener, .home, .down, .enter)
            #expect(model.list.sort == "client")
            let rows = Models.rows(model)
            #expect(rows.first?.contains("10.1.0.1:40000") == true)
            Models.press(&model, .character("r"))
            #expect(Models.rows(model).first?.contains("10.1.0.12:40011") == true)
            Models.press(&model, opener, .enter)
            #expect(Models.rows(model) == rows)
            Models.press(&model, opener, .escape)
            #expect(model.overlay == nil && model.list.sort == "client")
        }
    }

    @Test("c selects columns; at least one always stays")
    func columns() {
        var model = Models.director(200)
        Models.press(&model, .character("c"))
        for _ in 0..<20 { Models.press(&model, .character(" "), .down) }
        Models.press(&model, .enter)
        #expect(model.overlay == nil)
        #expect(Models.text(model).contains("VERDICT") && !Models.text(model).contains("CLIENT"))
        Models.press(&model, .character("c"), .end, .character("k"), .character("G"), .character(" "), .character("q"))
        let columns = FlowColumn.columns(hasDetails: false, isCapture: false, isRecord: false)
        #expect(model.list.hidden.count == columns.count - 1)
    }

    @Test("f and Space freeze: nothing new is shown until they are pressed again")
    func freeze() {
        for key in [Key.character("f"), .character(" ")] {
            var model = Models.director()
            let rows = Models.rows(model)
            Models.press(&model, key)
            #expect(model.isFrozen && !model.demand.reads)
            #expect(Models.text(model).contains("FROZEN"))
            // The rest of a running reading changes nothing that is shown.
            model.director.begin([], Models.sysctls)
            Models.tell(&model, .director(.readingBegan))
            #expect(Models.rows(model) == rows)
            Models.press(&model, key)
            Models.read(&model, [])
            #expect(Models.rows(model) != rows && model.demand.reads)
        }
    }

    @Test("Enter shows the details, Esc closes them; Space expands a service, like + and -")
    func enter() {
        var model = Models.director()
        Models.press(&model, .enter)
        #expect(model.isDetailed && model.examinedFlow != nil)
        #expect(Models.text(model).contains("verdict    "))
        Models.press(&model, .escape)
        #expect(!model.isDetailed && model.examinedFlow == nil)
        model.turn(to: .services)
        for (open, close) in [(Key.character(" "), Key.character(" ")), (.character("+"), .character("-"))] {
            Models.press(&model, open)
            #expect(Models.text(model).contains("-> 10.0.0.4:80"))
            Models.press(&model, close)
            #expect(!Models.text(model).contains("-> 10.0.0.4:80"))
        }
        Models.press(&model, .character("+"), .down, .character("-"))
        #expect(!Models.text(model).contains("-> 10.0.0.3:80") && !model.isFrozen)
    }

    @Test("F makes the selection follow its row")
    func follow() {
        var model = Models.director()
        Models.press(&model, .character("s"), .home, .down, .enter, .down, .character("F"))
        let key = model.selectedFlow.map(model.director.store.key(of:))
        Models.read(&model, (0..<12).reversed().map { Models.connection($0) } + [Models.connection(400)])
        Models.press(&model, .character("r"))
        #expect(model.selectedFlow.map(model.director.store.key(of:)) == key)
        #expect(Models.text(model).contains("following"))
        Models.press(&model, .character("F"))
        #expect(!Models.text(model).contains("following"))
    }

    @Test("t shows what fills the table, by one property after the other")
    func talkers() {
        var model = Models.director(tab: .table)
        Models.read(&model, [], (0..<9).map { Models.entry($0) })
        for subject in EntryTally.Subject.allCases {
            Models.press(&model, .character("t"))
            #expect(model.table.talkers.subject == subject)
            #expect(Models.text(model).contains(subject.rawValue.uppercased()))
        }
        #expect(Models.rows(model).first?.contains("100.0 %") == true)
        Models.press(&model, .character("t"))
        #expect(!model.table.talkers.areShown)
    }

    @Test("x asks for a path and exports what is shown; Esc cancels")
    func export() {
        var model = Models.director()
        Models.press(&model, .character("x"))
        #expect(Models.text(model).contains("Export to: ./ct-inspect-flows-"))
        #expect(Models.press(&model, .escape).isEmpty)
        Models.press(&model, .character("x"))
        guard case .export(let path)? = Models.press(&model, .enter).first else {
            Issue.record("nothing was exported")
            return
        }
        #expect(path.hasPrefix("./ct-inspect-flows-") && path.hasSuffix(".json"))
        #expect(written(model.writeDocument).contains(#""verdict":"never""#))
    }

    @Test("o asks, listing what it adds; n and Esc leave the kernel alone, y observes, o stops it")
    func observe() {
        for (key, isWanted) in [
            (Key.character("n"), false), (.escape, false), (.character("y"), true), (.character("Y"), true),
        ] {
            var model = Models.director(tab: .services)
            Models.press(&model, .character("o"))
            #expect(Models.text(model).contains("nf_tables"))
            #expect(!model.demand.observes)
            // Enter may have been meant for something else.
            Models.press(&model, .character("z"), .enter)
            #expect(model.overlay != nil)
            Models.press(&model, key)
            #expect(model.overlay == nil && model.demand.observes == isWanted)
            if isWanted { Models.press(&model, .character("o")) }
            #expect(!model.demand.observes)
        }
    }

    @Test("o asks before it ends an observation that has counted something")
    func stop() throws {
        for (key, goesOn) in [(Key.character("n"), true), (.escape, true), (.character("y"), false)] {
            var model = Models.director(tab: .services)
            model.observe()
            model.director.take(try Observation.filtered(), took: .zero)
            Models.press(&model, .character("o"))
            #expect(Models.text(model).contains("Stop observing?") && Models.text(model).contains(", 7 dropped"))
            #expect(model.demand.observes)
            Models.press(&model, key)
            #expect(model.overlay == nil && model.demand.observes == goesOn)
        }
    }

    @Test("?, h and F1 open the help, which scrolls; any other key closes it")
    func help() {
        for key in [Key.character("?"), .character("h"), .function(1)] {
            var model = Models.director()
            Models.press(&model, key)
            #expect(Models.text(model).contains("1-8 Tab"))
            for move in [Key.down, .character("j"), .pageDown, .character(" "), .end, .character("G")] {
                Models.press(&model, move)
            }
            #expect(Models.text(model).contains("while observing."))
            for move in [Key.up, .character("k"), .pageUp, .home, .character("g")] { Models.press(&model, move) }
            #expect(Models.text(model).contains("1-8 Tab"))
            Models.press(&model, .character("x"))
            #expect(model.overlay == nil)
        }
    }

    @Test("The mouse selects tabs and rows, opens and scrolls")
    func mouse() throws {
        var model = Models.director(connections: 100)
        let services = try #require(model.tabTitles.first).columns.lowerBound
        _ = update(&model, .input(.mouse(MouseEvent(.press, column: services, row: 1))))
        #expect(model.tab == .services)
        model.turn(to: .flows)
        _ = update(&model, .input(.mouse(MouseEvent(.press, column: 9, row: model.layout.firstRow + 5))))
        #expect(model.list.selected == 5)
        _ = update(&model, .input(.mouse(MouseEvent(.wheelDown, column: 9, row: 9))))
        _ = update(&model, .input(.mouse(MouseEvent(.wheelUp, column: 9, row: 9))))
        #expect(model.list.selected == 5)
        _ = update(&model, .input(.mouse(MouseEvent(.doublePress, column: 9, row: model.layout.firstRow))))
        #expect(model.isDetailed)
        for row in [0, 23, 99] { _ = update(&model, .input(.mouse(MouseEvent(.press, column: 500, row: row)))) }
        #expect(model.list.selected == 0)
    }
}
