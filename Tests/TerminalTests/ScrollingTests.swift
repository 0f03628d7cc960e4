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
        // Nothing is selected, so it scrolls at once.
        Models.press(&model, .up)
        #expect(Models.rows(model).last?.contains("10.1.0.99:40098") == true)
        Models.press(&model, .down)
        #expect(!model.events.isPaused)
        Models.press(&model, .home)
        #expect(Models.rows(model).first?.contains("10.1.0.1:40000") == true)
        Models.take(&model, .destroy, Models.entry(7))
        #expect(Models.rows(model).first?.contains("10.1.0.1:40000") == true)
        #expect(Models.text(model).contains("paused, 1 waiting"))
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

    @Test("Health is one list, of findings and of what follows them, and ends at its end")
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
        let first = view(model).lines[3].text
        #expect(model.selectedFinding != nil)
        Models.press(&model, .character("G"))
        #expect(model.list.selected == model.listCount - 1)
        #expect(model.list.top == model.listCount - model.page)
        #expect(view(model).lines[2 + model.page].text.hasPrefix(model.healthLines.last?.text ?? "?"))
        Models.press(&model, .pageUp, .home)
        #expect(view(model).lines[3].text == first)
    }
}
