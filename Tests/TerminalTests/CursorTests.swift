import Conntrack
import Inspection
import Testing

@testable import Terminal

/// Whom the cursor is on while rows move.
struct CursorTests {
    private static func client(_ model: Model) -> String? { model.selectedFlow.map { "\($0.client)" } }

    /// Flows sorted by client, the cursor on the third one, `10.1.0.3`.
    private static func chosen() -> Model {
        var model = Models.director()
        Models.press(&model, .character("s"), .home, .down, .enter, .down, .down)
        return model
    }

    private static func others(than number: Int) -> [Int] { (0..<12).filter { $0 != number } }

    /// The client in the highlighted row; nil if no row is.
    private static func highlighted(_ model: Model) -> String? {
        let layout = model.layout
        let rows = view(model).lines.dropFirst(layout.firstRow).prefix(layout.page)
        let row = rows.first { $0.runs.contains { $0.ink == .selected } }
        return row.flatMap { $0.text.split(separator: " ").first { $0.hasPrefix("10.1.") } }.map(String.init)
    }

    @Test("The cursor stays with its flow as rows come, go and are sorted")
    func stays() {
        var model = Self.chosen()
        #expect(Self.client(model) == "10.1.0.3:40002")
        Models.press(&model, .character("r"))
        #expect(Self.client(model) == "10.1.0.3:40002" && Self.highlighted(model) == "10.1.0.3:40002")
        #expect(model.list.selected == 9)
        Models.read(&model, Self.others(than: 7).map { Models.connection($0) } + [Models.connection(400)])
        #expect(Self.client(model) == "10.1.0.3:40002" && Self.highlighted(model) == "10.1.0.3:40002")
    }

    @Test("Until a row is chosen, and after Home, the cursor is at the top, whoever is there")
    func top() {
        var model = Models.director()
        Models.press(&model, .character("s"), .home, .down, .enter)
        Models.press(&model, .character("r"))
        #expect(model.list.selected == 0 && Self.client(model) == "10.1.0.12:40011")
        Models.press(&model, .down, .home, .character("r"))
        #expect(model.list.selected == 0 && Self.client(model) == "10.1.0.1:40000")
    }

    @Test("Without F and details, another row takes the place of one that has ended, and Enter shows that one")
    func replaced() {
        var model = Self.chosen()
        Models.read(&model, Self.others(than: 2).map { Models.connection($0) })
        #expect(model.list.selected == 2 && Self.client(model) == "10.1.0.4:40003")
        Models.press(&model, .enter)
        #expect(Models.text(model).contains("tcp 10.1.0.4:40003 > 10.0.0.100:80"))
    }

    @Test("The details never change their subject: not as rows move, and not when the flow ends")
    func details() {
        var model = Self.chosen()
        Models.press(&model, .enter, .character("r"))
        #expect(Models.text(model).contains("connection tcp 10.1.0.3:40002 > 10.0.0.100:80"))
        Models.read(&model, Self.others(than: 2).map { Models.connection($0) })
        let text = Models.text(model)
        #expect(
            text.contains("connection tcp 10.1.0.3:40002 > 10.0.0.100:80") && text.contains("gone       it has ended"))
        #expect(Self.highlighted(model) == nil && model.examinedFlow == nil && text.contains("gone  -/11"))
        // It comes back, and the cursor is on it again.
        Models.read(&model, (0..<12).map { Models.connection($0) })
        #expect(Self.client(model) == "10.1.0.3:40002" && Self.highlighted(model) == "10.1.0.3:40002")
        // At the top, too, the details are of a flow, not of a place.
        Models.press(&model, .home, .character("r"))
        #expect(Self.client(model) == "10.1.0.12:40011" && Models.text(model).contains("tcp 10.1.0.12:40011 >"))
    }

    @Test("F on a flow that has ended says that it is gone, and moves to nobody; a key for moving chooses another")
    func followed() {
        var model = Self.chosen()
        Models.press(&model, .character("F"))
        Models.read(&model, Self.others(than: 2).map { Models.connection($0) })
        #expect(model.selectedFlow == nil && Self.highlighted(model) == nil)
        #expect(Models.text(model).contains("following  gone  -/11"))
        for _ in 0..<3 { Models.read(&model, Self.others(than: 2).map { Models.connection($0) }) }
        #expect(model.selectedFlow == nil)
        Models.press(&model, .character("F"))
        #expect(Models.text(model).contains("it is gone") && !model.list.follows)
        Models.press(&model, .down)
        #expect(Self.client(model) == "10.1.0.5:40004")
    }

    @Test("A filter that hides the flow of the details hides no details")
    func filtered() {
        var model = Self.chosen()
        Models.press(&model, .enter)
        #expect(model.take(filter: "client=10.1.0.9") == nil)
        let text = Models.text(model)
        #expect(text.contains("tcp 10.1.0.3:40002 >") && text.contains("not in the list") && !text.contains("gone"))
        #expect(model.take(filter: "") == nil)
        #expect(Self.highlighted(model) == "10.1.0.3:40002")
    }

    @Test("The same in the table")
    func entries() {
        var model = Models.director(tab: .table)
        func read(_ numbers: [Int]) { Models.read(&model, [], numbers.map { Models.entry($0) }) }
        read(Array(0..<9))
        Models.press(&model, .down, .down, .enter)
        #expect(model.table.selectedEntry?.id == 2)
        read(Array((0..<9).reversed()))
        #expect(model.table.selectedEntry?.id == 2 && model.list.cursor == 6)
        read([8, 7, 6])
        #expect(model.table.selectedEntry == nil && model.list.cursor == nil)
        #expect(Models.text(model).contains("The entry is gone."))
        read([3, 2, 1])
        #expect(model.table.selectedEntry?.id == 2 && model.list.cursor == 1)
    }

    @Test("The same in Findings: a finding that is not found any more is gone")
    func findings() throws {
        var model = Models.director(120, 40, tab: .findings)
        let report = Models.checks(.known(Models.trial()))
        Models.check(&model, report)
        let position = try #require(model.director.findings.firstIndex { $0.id == .invalidDropped })
        for _ in 0..<position { Models.press(&model, .down) }
        if position == 0 { Models.press(&model, .down, .up) }
        Models.press(&model, .enter)
        #expect(model.selectedFinding?.id == .invalidDropped)
        var none = report
        none.findings = []
        Models.check(&model, none)
        #expect(model.selectedFinding == nil && Models.text(model).contains("invalid-dropped is not found any more"))
        Models.check(&model, report)
        #expect(model.selectedFinding?.id == .invalidDropped && Models.text(model).contains("evidence"))
    }

    @Test("The column that rows are sorted by is never dropped")
    func sortedColumn() {
        var model = Models.director(60, 24, tab: .table)
        Models.read(&model, [], (0..<9).map { Models.entry($0) })
        #expect(!Models.text(model).contains("BYTES"))
        model.sort(by: "bytes")
        #expect(Models.text(model).contains("BYTES"))
        var flows = Models.director(80, 24)
        #expect(Models.text(flows).contains("DESTINATION"))
        flows.sort(by: "method")
        #expect(Models.text(flows).contains("METHOD"))
    }

    @Test("Many entries are filtered in slices, and what was shown stays until that is done")
    func slices() {
        var model = Models.director(tab: .table)
        let many = 21_000
        Models.read(&model, [], (0..<many).map { Models.entry($0) })
        #expect(!model.isArranging && model.listCount == many, "all as they are: nothing is asked of each")
        Models.press(&model, .down)
        #expect(model.take(filter: "10.1.7.") == nil && model.isArranging && model.listCount == many)
        var slices = 0
        while model.isArranging {
            model.goOnArranging()
            slices += 1
        }
        #expect(slices > many / 2048 && model.listCount == 250)
        Models.press(&model, .character("t"))
        while model.isArranging { model.goOnArranging() }
        #expect(model.table.talkers.tally?.total.count == 250)
    }
}
