import Testing

@testable import benchmarks

@Suite struct WatchTests {
    private func figures(
        wall: Double = 0, user: Double = 0, system: Double = 0, peak: Double = 0,
        _ window: WatchFigures.Window? = nil, saysRhythm: Bool? = nil
    ) -> WatchFigures {
        var figures = WatchFigures(
            Figures(wallSeconds: wall, userSeconds: user, systemSeconds: system, peakMebibytes: peak, outputBytes: 0))
        figures.window = window
        figures.saysRhythm = saysRhythm
        return figures
    }

    private func judge(_ scene: WatchScene, _ entries: Int, _ medians: [WatchRole: WatchFigures]) -> [Judgement] {
        WatchJudge(entries: entries, medians: medians).judge(scene)
    }

    @Test func readsWhatAScreenTook() throws {
        let figures = try WatchFigures(
            screen: "0 250000000 4000000000 3 1000000000 400000 1000000 38912 1 2000000 50000000\n")
        #expect(figures.wallSeconds == 0.25)
        #expect(figures.cpuSeconds == 1.4)
        #expect(figures.peakMebibytes == 38)
        #expect(figures.window?.readings == 3)
        #expect(figures.window?.cpuSeconds == 1)
        #expect(figures.saysRhythm == true)
        #expect(figures.waits == WatchFigures.Waits(median: 0.002, longest: 0.05))
        let idle = try WatchFigures(screen: "0 1 961 0 0 1 1 1 0 0 0")
        #expect(idle.window == nil && idle.waits == nil)
    }

    @Test(arguments: ["", "0 1 2 3 4 5 6 7 8 9", "256 1 0 0 0 1 1 1 0 0 0", "0 0 0 0 0 1 1 1 0 0 0"])
    func refusesWhatIsNoScreen(_ text: String) {
        #expect(throws: Failure.self) { try WatchFigures(screen: text) }
    }

    @Test func takesReadingsApart() {
        let some = WatchFigures.Window(seconds: 1, readings: 4, cpuSeconds: 0.1)
        let more = WatchFigures.Window(seconds: 1, readings: 8, cpuSeconds: 0.2)
        let judgements = judge(
            .flows, 100_000,
            [
                .opening: figures(user: 0.125), .twoReadings: figures(user: 0.25, peak: 64),
                .someReadings: figures(user: 0.25, some), .manyReadings: figures(user: 0.375, more),
                .fewFlows: figures(peak: 32),
            ])
        #expect(judgements.map(\.value) == [937.5, 312.5, 625, 3.125, 335.54432])
        #expect(judgements.map(\.verdict) == [.noTarget, .noTarget, .noTarget, .missed, .missed])
    }

    @Test func takesTheFloorOffForEachReading() {
        let window = WatchFigures.Window(seconds: 4, readings: 4, cpuSeconds: 1)
        var keys = figures()
        keys.waits = .init(median: 0.03125, longest: 0.125)
        let medians: [WatchRole: WatchFigures] = [
            .keys: keys, .floor: figures(wall: 0.25, system: 0.5), .emptyTable: figures(peak: 16),
            .pacedFloor: figures(WatchFigures.Window(seconds: 7.25, readings: 8, cpuSeconds: 1.8)),
            .fullTable: figures(wall: 0.3125, peak: 32, window, saysRhythm: false),
        ]
        let contracted = judge(.table, 100_000, medians)
        #expect(
            contracted.map { $0.value.map { fixed($0, 3) } } == [
                "2.500", "25.000", "62.500", "167.772", "31.250", "125.000",
            ])
        #expect(contracted.map(\.verdict) == [.met, .noTarget, .met, .met, .noTarget, .missed])
        let larger = judge(.table, 1_000_000, medians)
        #expect(larger.map(\.verdict) == [.noTarget, .noTarget, .noTarget, .met, .noTarget, .missed, .missed])
    }

    @Test func leavesOutWhoFailed() {
        let failed = WatchResult.Row(role: .fullTable, title: "watch", runs: [figures(wall: 1)], failure: "crashed")
        let floor = WatchResult.Row(role: .floor, title: "receive", runs: [figures(wall: 1)])
        let result = WatchResult(.watch, "table", [floor, failed]) { medians in
            WatchJudge(entries: 100_000, medians: medians).judge(.table)
        }
        #expect(result.hasFailed)
        #expect(result.rows.last?.summary == nil)
        #expect(result.judgements.allSatisfy { $0.verdict == .notMeasured })
    }

    @Test func takesMedians() {
        let runs = [figures(wall: 3, saysRhythm: true), figures(wall: 1, saysRhythm: true), figures(wall: 2)]
        #expect(WatchFigures.summary(of: runs)?.wallSeconds == 2)
        #expect(WatchFigures.summary(of: runs)?.saysRhythm == false)
        #expect(WatchFigures.summary(of: []) == nil)
    }

    @Test func mixesNoWindowsThatHoldMoreReadingsThanOthers() {
        let windows = [(4.0, 4.0), (3, 3), (8, 4)].map { seconds, readings in
            WatchFigures.Window(seconds: seconds, readings: readings, cpuSeconds: readings / 4)
        }
        let median = WatchFigures.summary(of: windows.map { figures($0) })?.window
        #expect(median?.readings == 4)
        #expect(median?.seconds == 4)
        #expect(median?.cpuSeconds == 1)
    }
}
