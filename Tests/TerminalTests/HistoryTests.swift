import Addresses
import Conntrack
import Inspection
import ObservationSupport
import TestSupport
import Testing

@testable import Terminal

/// The history in Health, and what the header has of it.
struct HistoryTests {
    /// A director watched for a minute, whose table fills, with 3 NEW events a second.
    static func watched(_ columns: Int = 120, _ rows: Int = 40) -> Model {
        var model = Models.empty(columns, rows)
        model.director.beginWatch()
        for second: UInt64 in 1...60 {
            model.director.tick(
                Moment(nanoseconds: Models.now.nanoseconds + second * 1_000_000_000), elapsed: .seconds(Int(second)))
            for number in 0..<3 { Models.take(&model, .new, Models.entry(number)) }
            model.director.take(statistics(entries: Int(second)))
            Models.read(&model, (0..<Int(second)).map { Models.connection($0) })
        }
        model.turn(to: .health)
        return model
    }

    private static func statistics(entries: Int) -> TableStatistics {
        TableStatistics(
            Origin(takenAt: Models.now, host: "lb1", kernelRelease: "6.1", networkNamespace: nil), sysctls: Sysctls(),
            size: TableSize(entries: UInt32(entries), limit: 100),
            cpus: [CPUStatistics(cpu: 0, counters: [.drop: 0, .earlyDrop: 0, .insertFailed: 0])])
    }

    private func row(_ model: Model, _ name: String) -> String? {
        model.historyLines.map(\.text).first { $0.hasPrefix(name) }
    }

    @Test("A row for each figure, with the present value, its course, and its scale")
    func rows() throws {
        let model = Self.watched()
        #expect(try #require(row(model, "fill")).contains(" 60.0 % "))
        #expect(try #require(row(model, "fill")).contains("max 60.0 %"))
        let connections = try #require(row(model, "connections"))
        #expect(connections.contains(" 60 ") && connections.contains("▁▁▁") == false && connections.contains("▇█"))
        #expect(try #require(row(model, "created/s")).contains(" 3.0 "))
        #expect(try #require(row(model, "destroyed/s")).contains(" 2.0 "))
        // Nothing was observed.
        #expect(row(model, "INV pkt/s") == nil && row(model, "dropped/s") == nil)
    }

    @Test("Packets by ctstate and drops are rows while packets are observed")
    func observed() throws {
        var model = Self.watched()
        model.observe()
        model.director.take(try Observation.filtered(), took: .zero)
        Models.read(&model, [])
        #expect(try #require(row(model, "dropped/s")).contains("max") && row(model, "INV pkt/s") != nil)
    }

    @Test("+ and - change the span of a column, within limits, and the axis says what is seen")
    func zoom() throws {
        var model = Self.watched()
        let wide = try #require(model.historyLines.first?.text)
        #expect(wide.contains("1s a column") && model.historyLines.last?.text.hasSuffix("now") == true)
        Models.press(&model, .character("-"), .character("-"))
        #expect(model.historyLines.first?.text.contains("5s a column") == true)
        #expect(model.director.history.means(.connections, every: 5, count: 99).count == 13)
        for _ in 0..<9 { Models.press(&model, .character("-")) }
        #expect(model.historyLines.first?.text.contains("10m00s a column") == true)
        #expect(Models.text(model).contains("is the longest"))
        for _ in 0..<9 { Models.press(&model, .character("+")) }
        #expect(model.historyLines.first?.text == wide && Models.text(model).contains("is the shortest"))
        model.turn(to: .services)
        Models.press(&model, .character("-"))
        #expect(model.historyZoom.step == 1)
    }

    @Test("The header of every tab has the fill and the rates, as far as there is room")
    func header() {
        for tab in Tab.allCases {
            var model = Self.watched()
            model.turn(to: tab)
            #expect(view(model).lines[0].text.contains("fill 60.0 % new 3.0/s "), "\(tab)")
        }
        #expect(!view(Self.watched(40, 10)).lines[0].text.contains("new"))
        #expect(view(Self.watched(40, 10)).lines[0].text.contains("ct-inspect"))
        #expect(!view(Models.empty()).lines[0].text.contains("fill"))
    }

    @Test("At every size", arguments: ScreenTests.sizes)
    func sizes(_ size: Size) throws {
        let model = Self.watched(size.columns, size.rows)
        let screen = view(model)
        #expect(screen.lines.allSatisfy { $0.width <= size.columns })
        #expect(model.historyLines.allSatisfy { $0.width <= size.columns })
        try ScreenSnapshot.expect(screen.text, "states/history-\(size.columns)x\(size.rows)")
    }
}
