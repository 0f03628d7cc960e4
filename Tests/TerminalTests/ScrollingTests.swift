import Addresses
import Conntrack
import Inspection
import Testing

@testable import Terminal

/// Lists without a selection.
struct ScrollingTests {
    @Test("An event stream scrolled back stays in place, and a frozen one loses nothing that arrives")
    func stream() {
        var model = Models.director(tab: .events)
        for number in 0..<100 { Models.take(&model, .new, Models.entry(number)) }
        #expect(Models.rows(model).last?.contains("10.1.0.100:40099") == true)
        // The cursor leaves the last line, and stays where it is put.
        Models.press(&model, .up)
        #expect(model.events.isPaused && model.list.cursor == 98)
        Models.press(&model, .down)
        #expect(!model.events.isPaused)
        Models.press(&model, .home)
        #expect(Models.rows(model).first?.contains("10.1.0.1:40000") == true)
        Models.take(&model, .destroy, Models.entry(7))
        #expect(Models.rows(model).first?.contains("10.1.0.1:40000") == true)
        #expect(Models.text(model).contains("paused, +1"))
        Models.press(&model, .end)
        #expect(Models.rows(model).last?.contains("[DESTROY]") == true)
        Models.press(&model, .character("f"))
        Models.take(&model, .update, Models.entry(8))
        #expect(Models.rows(model).last?.contains("[DESTROY]") == true)
        Models.press(&model, .character("f"))
        #expect(Models.rows(model).last?.contains("[UPDATE]") == true)
        #expect(model.take(filter: "kind=destroy") == nil)
        #expect(model.listCount == 1)
        #expect(model.take(filter: "kind=gone")?.contains("new, update, destroy") == true)
    }

    @Test("Health has no selection: it scrolls at once, and ends at its end")
    func health() {
        var model = Models.director(80, 10, tab: .health)
        let size = TableSize(entries: 5, limit: 10)
        let cpu = CPUStatistics(cpu: 0, counters: [.drop: 1, .insert: 2, .insertFailed: 3, .earlyDrop: 4])
        let statistics = TableStatistics(
            Origin(takenAt: Moment(nanoseconds: 0), host: "lb1", kernelRelease: "6.1", networkNamespace: nil),
            sysctls: Sysctls(),
            size: size,
            cpus: [cpu])
        model.director.take(statistics)
        #expect(model.healthLines.contains { $0.text.contains("5 of 10 (50.0 %)") })
        let first = view(model).lines[2].text
        #expect(first.hasPrefix("History"))
        Models.press(&model, .down)
        #expect(view(model).lines[2].text == model.healthLines[1].text)
        Models.press(&model, .character("G"))
        #expect(model.list.top == model.listCount - model.page)
        #expect(view(model).lines[1 + model.page].text == model.healthLines.last?.text)
        Models.press(&model, .pageUp, .home)
        #expect(view(model).lines[2].text == first)
    }

    @Test("Findings are one list with how the checks went; J and K, and the wheel, scroll the details to their end")
    func detail() throws {
        var model = Models.director(40, 10, tab: .findings)
        Models.check(&model, Models.checks(.known(Models.trial())))
        Models.press(&model, .enter)
        let lines = model.detailLines
        let room = model.layout.detail - 1
        #expect(lines.count > room)
        func shown(_ model: Model) -> [String] {
            view(model).lines.dropFirst(model.layout.detailRow + 1).prefix(room).map(\.text)
        }
        #expect(shown(model) == lines.prefix(room).map(\.text))
        let rule = view(model).lines[model.layout.detailRow].text
        #expect(rule.contains("1-\(room) of \(lines.count): J, K"))
        Models.press(&model, .character("J"))
        #expect(shown(model) == lines[1...room].map(\.text))
        for _ in 0..<lines.count { Models.press(&model, .character("J")) }
        #expect(shown(model) == lines.suffix(room).map(\.text))
        Models.press(&model, .character("K"))
        let wheel = MouseEvent(.wheelDown, column: 1, row: model.layout.detailRow + 1)
        Models.tell(&model, .input(.mouse(wheel)))
        #expect(shown(model) == lines.suffix(room).map(\.text))
        // Another finding begins at its beginning.
        Models.press(&model, .down)
        #expect(model.list.detailTop == 0)
    }
}
