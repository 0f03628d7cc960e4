import Addresses
import Conntrack
import Inspection
import ObservationSupport
import Testing

@testable import Terminal

/// Keys and the mouse as users of htop expect them.
struct FingerTests {
    private func words(_ model: Model) -> String {
        Models.text(model).split { $0 == " " || $0 == "\n" }.joined(separator: " ")
    }

    private func press(_ model: inout Model, column: Int, row: Int, _ kind: MouseEvent.Kind = .press) -> [Effect] {
        update(&model, .input(.mouse(MouseEvent(kind, column: column, row: row))))
    }

    @Test("A click takes away what the last line says, and is no key that it hides")
    func notice() {
        var model = Models.director(120, 24)
        Models.press(&model, .character("F"))
        Models.press(&model, .character("%"))
        #expect(model.notice != nil)
        _ = press(&model, column: 2, row: 23)
        #expect(model.notice == nil && model.overlay == nil)
        _ = press(&model, column: 2, row: 23)
        #expect(model.overlay == .help(top: 0))
    }

    @Test("Farther right, drops still say whose they are")
    func dropsSideways() throws {
        var model = Models.director(60, 24, tab: .drops)
        model.observe()
        model.director.take(try Observation.filtered(), took: .zero)
        Models.tell(&model, .director(.observed))
        for _ in 0..<3 { Models.press(&model, .right) }
        #expect(model.list.sideways > 0 && model.columnSpans.first?.name == "service")
    }

    @Test("F2 chooses columns, F4 filters, F3 and \\ search")
    func functionKeys() {
        for (key, title) in [
            (Key.function(2), "Columns"), (.function(4), "Filter:"), (.function(3), "Search:"),
            (.character("\\"), "Search:"), (.function(6), "Sort by"),
        ] {
            var model = Models.director()
            Models.press(&model, key)
            #expect(words(model).contains(title), "\(key)")
        }
    }

    @Test("< and > sort by the column beside, over the ends, and over hidden ones")
    func sortByNeighbour() {
        var model = Models.director(200, 24)
        Models.press(&model, .character("<"))
        #expect(model.list.sort == "age")
        Models.press(&model, .character(">"), .character(">"))
        #expect(model.list.sort == "proto")
        model.list.hidden = ["client"]
        Models.press(&model, .character(">"))
        #expect(model.list.sort == "virtual")
        var health = Models.director(tab: .health)
        Models.press(&health, .character(">"))
        #expect(health.notice != nil)
    }

    @Test("[ and ] change how often is read, up to a limit; not of a capture")
    func interval() {
        var model = Models.director()
        #expect(model.demand.interval == .seconds(1))
        Models.press(&model, .character("]"))
        #expect(model.demand.interval == .seconds(2) && words(model).contains("reading every 2.0 s"))
        Models.press(&model, .character("["), .character("["))
        #expect(model.demand.interval == .milliseconds(500))
        for _ in 0..<9 { Models.press(&model, .character("[")) }
        #expect(model.demand.interval == .milliseconds(100) && words(model).contains("is the limit"))
        model.setting.captureTakenAt = Models.now
        Models.press(&model, .character("]"))
        #expect(model.demand.interval == .milliseconds(100))
    }

    // MARK: Search

    @Test("A search goes to the first match, n to the next and N back, over the ends; what matches nothing says so")
    func search() {
        var model = Models.director(connections: 60)
        Models.press(&model, .character("s"), .home, .down, .enter, .function(3))
        Models.type(&model, "client=10.1.0.10 or client=10.1.0.30")
        Models.press(&model, .enter)
        func client() -> String? { model.selectedFlow.map { "\($0.client.address)" } }
        #expect(client() == "10.1.0.10" && model.list.filter.isEmpty && model.listCount == 60)
        Models.press(&model, .character("n"))
        #expect(client() == "10.1.0.30")
        Models.press(&model, .character("n"))
        #expect(client() == "10.1.0.10")
        Models.press(&model, .character("N"))
        #expect(client() == "10.1.0.30")
        Models.press(&model, .character("\\"), .control("u"))
        Models.type(&model, "client=10.9.9.9")
        Models.press(&model, .enter)
        #expect(client() == "10.1.0.30" && words(model).contains("no row matches client=10.9.9.9"))
        Models.press(&model, .function(3), .control("u"))
        Models.type(&model, "nosuch=1")
        Models.press(&model, .enter)
        #expect(model.overlay != nil)
        Models.press(&model, .escape)
        #expect(model.overlay == nil && model.listCount == 60)
        model.turn(to: .table)
        Models.press(&model, .character("n"))
        #expect(words(model).contains("nothing is searched for in this tab"))
    }

    @Test("Many rows are searched in slices")
    func slices() {
        var model = Models.director(tab: .table)
        Models.read(&model, [], (0..<21_000).map { Models.entry($0) })
        while model.isArranging { model.goOnArranging() }
        #expect(model.take(search: "10.1.83.") == nil && model.isArranging && model.list.selected == 0)
        var slices = 0
        while model.isArranging {
            model.goOnArranging()
            slices += 1
        }
        #expect(slices > 9 && model.table.selectedEntry?.original.source?.description.hasPrefix("10.1.83.") == true)
    }

    @Test("In the stream, the match is put at the top, and the stream stays there")
    func stream() {
        var model = Models.director(tab: .events)
        for number in 0..<100 { Models.take(&model, .new, Models.entry(number)) }
        #expect(model.take(search: "src=10.1.0.6") == nil)
        #expect(Models.rows(model).first?.contains("10.1.0.6:") == true && model.events.isPaused)
    }

    // MARK: Sideways and details

    @Test("Right shows the columns that do not fit, beside those that say what a row is; Left goes back")
    func sideways() {
        var model = Models.director(80, 24, tab: .table)
        Models.read(&model, [], (0..<9).map { Models.entry($0) })
        #expect(!words(model).contains("REPLY-DST") && words(model).contains("STATUS"))
        for _ in 0..<40 where model.columnSpans.last?.name != "reply-dst" { Models.press(&model, .right) }
        let there = model.columnSpans.map(\.name)
        #expect(there.prefix(3) == ["proto", "src", "dst"] && there.last == "reply-dst" && !there.contains("status"))
        Models.press(&model, .right)
        #expect(model.columnSpans.map(\.name) == there && words(model).contains("nothing is farther right"))
        for _ in 0..<40 where model.list.sideways > 0 { Models.press(&model, .left) }
        Models.press(&model, .left)
        #expect(words(model).contains("this is the left end") && model.columnSpans.map(\.name).contains("status"))
        var wide = Models.director(200, 24)
        Models.press(&wide, .right)
        #expect(wide.list.sideways == 0)
    }

    @Test("Details that do not fit say so, and are scrolled by J and K and by the wheel over them")
    func details() {
        var model = Models.director(60, 14)
        Models.press(&model, .enter)
        let whole = model.detailLines
        let room = model.layout.detail - 1
        #expect(whole.count > room && words(model).contains("1-\(room) of \(whole.count): J, K"))
        for _ in 0..<whole.count { Models.press(&model, .character("J")) }
        #expect(words(model).contains("\(whole.count - room + 1)-\(whole.count) of \(whole.count)"))
        #expect(view(model).lines[12].text == whole.last?.text)
        let selected = model.list.selected
        _ = press(&model, column: 3, row: 12, .wheelUp)
        #expect(model.list.detailTop == whole.count - room - 1 && model.list.selected == selected)
        _ = press(&model, column: 3, row: model.layout.firstRow, .wheelDown)
        #expect(model.list.selected == selected + 1 && model.list.detailTop == 0)
        var tall = Models.director(200, 60)
        Models.press(&tall, .enter)
        #expect(!words(tall).contains("(J K)"))
    }

    // MARK: Numbers

    @Test("Timeouts are hours, minutes and seconds, great numbers short, and the details have all of them")
    func numbers() throws {
        var entry = Models.entry(1)
        entry.timeout = 431_996
        entry.originalCounters = .init(packets: 9_999, bytes: 12_345_678)
        entry.replyCounters = .init(packets: 10_000, bytes: 1)
        entry.timestamps = .init(start: Models.now.nanoseconds - 192_000_000_000)
        var model = Models.director(200, 40, tab: .table)
        Models.read(&model, [], [entry])
        #expect(words(model).contains(" 119:59:56 ") && words(model).contains(" 9999/10.0k 12.3M/1 "))
        Models.press(&model, .enter)
        #expect(
            words(model).contains("431996 s left")
                && words(model).contains("9999 packets, 12345678 bytes; replies 10000"))
        #expect(words(model).contains(" STARTED ") && words(model).contains(" 119:59:56 15:56:48 "))
        #expect(words(model).contains("started 15:56:48, 3m12s ago"))
        Models.read(&model, [], [Models.entry(1)])
        #expect(!words(model).contains(" STARTED "))
        var flows = Models.director(200, 40)
        Models.press(&flows, .enter)
        let flow = try #require(flows.examinedFlow)
        Models.tell(&flows, .examined(flow, entry))
        #expect(words(flows).contains("started 15:56:48, 3m12s ago"))
        entry.timestamps = nil
        Models.tell(&flows, .examined(flow, entry))
        #expect(!words(flows).contains("started"))
        #expect(Figures.clock(59) == "0:00:59" && Figures.clock(3_600) == "1:00:00")
    }

    @Test("Columns keep their places while one pages, whatever is on the next page")
    func widths() {
        var model = Models.director(120, 14, connections: 8, tab: .table)
        let wide = IPAddress("2001:db8:1111:2222:3333:4444:5555:6666")
        let entries = (0..<40).map { number in
            var entry = Models.entry(number)
            if number == 0 { (entry.original.source, entry.original.destination) = (wide, wide) }
            return entry
        }
        Models.read(&model, [], entries)
        let before = model.columnSpans
        Models.press(&model, .end)
        #expect(model.columnSpans == before)
        // Fewer rows by a filter may need less.
        #expect(model.take(filter: "src=10.1.0.40") == nil)
        #expect(model.columnSpans != before && model.listCount == 1)
    }

    // MARK: The mouse

    @Test("A click on a title sorts, and again reverses; one on the bar presses its key")
    func clicks() throws {
        var model = Models.director(200, 24)
        let title = try #require(model.layout.titleRow)
        let column = try #require(model.columnSpans.first { $0.name == "client" })
        _ = press(&model, column: column.cells.lowerBound + 1, row: title)
        #expect(model.list.sort == "client" && !model.list.isDescending)
        _ = press(&model, column: column.cells.upperBound - 1, row: title)
        #expect(model.list.sort == "client" && model.list.isDescending)
        let foot = try #require(view(model).lines.last?.text)
        let quit = try #require(foot.firstRange(of: " q Quit"))
        let place = foot.distance(from: foot.startIndex, to: quit.lowerBound)
        #expect(press(&model, column: place + 2, row: 23) == [.quit])
        #expect(press(&model, column: 199, row: 23).isEmpty)
    }

    @Test("Menus click, the wheel scrolls them, and a click beside one closes it; a question is not closed so")
    func menus() {
        var model = Models.director(200, 24)
        Models.press(&model, .character("s"))
        _ = press(&model, column: 3, row: 3)
        #expect(model.overlay == nil && model.list.sort == "client")
        Models.press(&model, .character("c"))
        _ = press(&model, column: 3, row: 3)
        #expect(model.overlay != nil && model.list.hidden == ["client"])
        _ = press(&model, column: 3, row: 3, .wheelDown)
        guard case .menu(let menu)? = model.overlay else {
            Issue.record("the menu is gone")
            return
        }
        #expect(menu.selected == 2)
        _ = press(&model, column: 150, row: 3)
        #expect(model.overlay == nil && model.list.hidden == ["client"])
        Models.press(&model, .character("?"))
        _ = press(&model, column: 3, row: 3, .wheelDown)
        #expect(model.overlay == .help(top: 1))
        Models.press(&model, .escape, .character("o"))
        _ = press(&model, column: 150, row: 9)
        #expect(model.overlay != nil && !model.demand.observes)
        _ = press(&model, column: 2, row: 23)
        #expect(model.demand.observes)
    }

    @Test("Overlays have a frame; without Unicode, of ASCII")
    func frames() {
        var model = Models.director(80, 24)
        Models.press(&model, .character("s"))
        let lines = view(model).lines.map(\.text)
        #expect(lines[1].hasPrefix("┌─ Sort by (Enter) ─"))
        #expect(lines[2].hasPrefix("│") && lines.contains { $0.hasPrefix("└──") })
        model.setting.glyphs = Glyphs(isUnicode: false)
        #expect(view(model).lines[1].text.hasPrefix("+- Sort by (Enter) -"))
    }

    @Test("The whole screen steps back behind an overlay, but the keys; behind a line that is typed, nothing does")
    func behind() {
        for opener in [Key.character("s"), .character("c"), .character("?"), .character("o")] {
            var model = Models.director(120, 40)
            Models.press(&model, opener)
            let lines = view(model).lines
            let box = lines.indices.filter { row in
                ["┌", "│", "└"].contains { lines[row].text.hasPrefix($0) }
            }
            // The help is as long as the screen.
            #expect(box.first == 1 && (opener == .character("?") || box.count < 37), "\(opener)")
            for row in lines.indices.dropLast() {
                let frame = lines[row].runs.lastIndex { $0.ink == .bar }
                let beside = box.contains(row) ? lines[row].runs.dropFirst((frame ?? 0) + 1) : lines[row].runs[...]
                #expect(beside.allSatisfy { $0.ink == .dim }, "row \(row) behind \(opener)")
            }
            #expect(lines[39].runs.contains { $0.ink == .key })
        }
        var typing = Models.director(120, 40)
        let before = view(typing).lines
        Models.press(&typing, .character("/"))
        #expect(view(typing).lines.dropLast() == before.dropLast())
    }
}
