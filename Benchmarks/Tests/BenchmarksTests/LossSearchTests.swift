import Testing

@testable import benchmarks

@Suite struct LossSearchTests {
    /// A listener that sustains this much, and a generator that produces this much.
    private func search(
        bearing limit: Double, making generated: Double = .infinity, doubt: LossSearch.Doubt = .forTheListener
    ) throws -> LossSearch.Outcome {
        try LossSearch(loads: 100...12_800, doubt: doubt).run { load in
            trial(asked: load, made: min(load, generated), isLossFree: min(load, generated) <= limit)
        }
    }

    private func trial(asked: Double, made: Double, isLossFree: Bool) -> EventTrial {
        EventTrial(
            asked: Int(asked), askedRate: asked, made: Int(made), seconds: 1, reported: EventTally(), socketDrops: 0,
            userSeconds: 0, systemSeconds: 0, isLossFree: isLossFree)
    }

    @Test func halvesTheGapThatDoublingLeaves() throws {
        let outcome = try search(bearing: 1_300)
        #expect(outcome.borne?.made == 1_200)
        #expect(!outcome.isOpenEnded)
        #expect(outcome.trials.map(\.made) == [100, 200, 400, 800, 1_600, 1_600, 1_200, 1_400, 1_400])
    }

    @Test func isOpenEndedWhereNothingGreaterCanBeTried() throws {
        #expect(try search(bearing: .infinity).isOpenEnded)
        let generator = try search(bearing: .infinity, making: 1_000)
        #expect(generator.isOpenEnded)
        #expect(generator.borne?.made == 1_000)
    }

    @Test func goesOnAfterAGeneratorThatWasHeldUpOnce() throws {
        var trials = 0
        let outcome = try LossSearch(loads: 100...200, doubt: .forTheListener).run { load in
            trials += 1
            return trial(asked: load, made: trials == 1 ? load / 2 : load, isLossFree: true)
        }
        #expect(outcome.trials.map(\.made) == [50, 100, 200])
        #expect(outcome.borne?.made == 200)
    }

    @Test func bearsNothingWhereTheFirstIsTooMuch() throws {
        let outcome = try search(bearing: 50)
        #expect(outcome.borne == nil)
        #expect(!outcome.isOpenEnded)
    }

    @Test(arguments: [(LossSearch.Doubt.forTheListener, true), (.againstTheListener, false)])
    func decidesDoubt(_ doubt: LossSearch.Doubt, isBorne: Bool) throws {
        var trials = 0
        let outcome = try LossSearch(loads: 100...100, doubt: doubt).run { load in
            trials += 1
            // The two differ, and the first is such that a second one is needed.
            let isLossFree = (trials == 1) == (doubt == .againstTheListener)
            return trial(asked: load, made: load, isLossFree: isLossFree)
        }
        #expect((outcome.borne != nil) == isBorne)
        #expect(trials == 2)
    }
}
