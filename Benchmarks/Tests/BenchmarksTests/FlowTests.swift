import Testing

@testable import benchmarks

@Suite struct FlowTests {
    private func figures(user: Double = 0, peak: Double = 0, firstRow: Double? = nil) -> Figures {
        Figures(
            wallSeconds: 1, userSeconds: user, systemSeconds: 0, peakMebibytes: peak, outputBytes: 0,
            firstRowSeconds: firstRow)
    }

    private func judge(_ entries: Int, text: Figures?) -> [Judgement] {
        var medians: [FlowRole: Figures] = [
            .opening: figures(user: 0.125, peak: 100), .summary: figures(user: 2.125, peak: 300),
            .json: figures(user: 4.125, peak: 200, firstRow: 1.625),
        ]
        medians[.text] = text
        return FlowJudge(entries: entries, medians: medians).judge()
    }

    @Test func holdsAMillionToTheTargets() {
        let judgements = judge(1_000_000, text: figures(user: 3.125, peak: 150, firstRow: 1.5))
        #expect(judgements.map(\.value) == [1, 1, 1, 2, 209.7152, 1.5, 1.625, 3, 4, 52.4288, 104.8576])
        #expect(judgements.prefix(7).map(\.verdict) == [.met, .met, .met, .met, .missed, .met, .missed])
        #expect(judgements.dropFirst(7).allSatisfy { $0.verdict == .noTarget })
    }

    @Test func hasNoTargetsForOtherSizes() {
        let judgements = judge(100_000, text: figures(user: 3.125, firstRow: 1.5))
        #expect(judgements.allSatisfy { $0.verdict == .noTarget })
    }

    @Test func leavesOutWhoFailed() {
        #expect(judge(1_000_000, text: nil)[5].verdict == .notMeasured)
        let failed = FlowResult.Row(role: .summary, title: "flows --summary", runs: [figures()], failure: "crashed")
        let opening = FlowResult.Row(role: .opening, title: "services", runs: [figures()])
        let result = FlowResult(.flows, "flows", [opening, failed]) { medians in
            FlowJudge(entries: 1_000_000, medians: medians).judge()
        }
        #expect(result.hasFailed)
        #expect(result.rows.map { $0.summary != nil } == [true, false])
        #expect(result.judgements.allSatisfy { $0.verdict == .notMeasured })
    }

    @Test func keepsToTheSizeThatWasAskedFor() {
        #expect(SampleCapture.sizes(upTo: 1_000_000) == [100_000, 1_000_000])
        #expect(SampleCapture.sizes(upTo: 100_000) == [100_000])
        #expect(SampleCapture.sizes(upTo: 5_000) == [5_000])
    }
}
