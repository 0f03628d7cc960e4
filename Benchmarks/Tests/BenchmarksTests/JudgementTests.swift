import Testing

@testable import benchmarks

@Suite struct JudgementTests {
    private func figures(wall: Double, user: Double = 1) -> Figures {
        Figures(wallSeconds: wall, userSeconds: user, systemSeconds: 0, peakMebibytes: 10, outputBytes: 0)
    }

    @Test func takesTheMedianOfEachFigureByItself() {
        let runs = [figures(wall: 3, user: 1), figures(wall: 1, user: 2), figures(wall: 2, user: 9)]
        #expect(Figures.summary(of: runs)?.wallSeconds == 2)
        #expect(Figures.summary(of: runs)?.userSeconds == 2)
        #expect(Figures.summary(of: Array(runs.prefix(2)))?.wallSeconds == 2)
        #expect(Figures.summary(of: []) == nil)
    }

    @Test func judgesRatios() {
        let target = Target("wall", .wall, of: .ours, over: .floor, .atMost(1.02))
        #expect(target.judge([.ours: figures(wall: 1.02), .floor: figures(wall: 1)]).verdict == .met)
        #expect(target.judge([.ours: figures(wall: 1.03), .floor: figures(wall: 1)]).verdict == .missed)
        #expect(target.judge([.floor: figures(wall: 1)]).verdict == .notMeasured)
        #expect(target.judge([.ours: figures(wall: 1), .floor: figures(wall: 0)]).verdict == .notMeasured)
    }

    @Test func judgesFiguresAndLowerBounds() {
        let smaller = Target("peak", .peak, of: .ours, over: nil, .atMost(9))
        #expect(smaller.judge([.ours: figures(wall: 1)]).verdict == .missed)
        let faster = Target("wall", .wall, of: .peer, over: .ours, .atLeast(6))
        #expect(faster.judge([.ours: figures(wall: 1), .peer: figures(wall: 6)]).verdict == .met)
        #expect(faster.judge([.ours: figures(wall: 1), .peer: figures(wall: 5)]).verdict == .missed)
    }

    @Test func leavesAMissedRatioOfALowerLimitUndecided() {
        func verdict(ours: Double, isOpenEnded: Bool) -> Judgement.Verdict? {
            let rows = [
                EventResult.Row(role: .ours, command: "ours", best: ours, isOpenEnded: isOpenEnded),
                EventResult.Row(role: .peer, command: "peer", best: 100),
            ]
            return EventResult(.rate, rows).judgements.first?.verdict
        }
        #expect(verdict(ours: 900, isOpenEnded: true) == .undecided)
        #expect(verdict(ours: 900, isOpenEnded: false) == .missed)
        #expect(verdict(ours: 1_000, isOpenEnded: true) == .met)
    }

    @Test func writesFixedPoints() {
        #expect(fixed(1.0249, 3) == "1.025")
        #expect(fixed(0.05, 1) == "0.1")
        #expect(fixed(-0.25, 2) == "-0.25")
        #expect(fixed(148_722.6, 0) == "148723")
    }

    @Test func letsARemarkEndARow() {
        let table = columns([["", "wall", "user"], ["a", "1", "22222"], ["bbb", "failed: at length"]])
        #expect(table == "       wall   user\n  a       1  22222\n  bbb  failed: at length\n")
    }
}
