import Conntrack
import Testing

@testable import Inspection

/// What is kept of a director, and for how long.
struct DirectorHistoryTests {
    private func sample(_ value: Double?, _ series: DirectorHistory.Series = .created) -> DirectorHistory.Sample {
        var sample = DirectorHistory.Sample()
        sample[series] = value
        return sample
    }

    @Test("By the second, and as means of longer spans that begin at multiples of their length")
    func means() {
        var history = DirectorHistory()
        for second in 0...25 { history.take(sample(Double(second)), at: second) }
        #expect(history.latest(.created) == 25 && history.means(.created, every: 1, count: 3) == [23, 24, 25])
        #expect(history.means(.created, every: 5, count: 2) == [22, 25])
        #expect(history.means(.created, every: 10, count: 9) == [4.5, 14.5, 22.5])
        #expect(history.means(.fill, every: 1, count: 2) == [nil, nil] && history.known == [.created])
    }

    @Test("A value holds since the reading before, unless that is long ago; what is unknown is no zero")
    func gaps() {
        var history = DirectorHistory()
        history.take(sample(1), at: 0)
        history.take(sample(7), at: 3)
        #expect(history.means(.created, every: 1, count: 9) == [1, 7, 7, 7])
        history.take(sample(nil), at: 4)
        history.take(sample(9), at: 5)
        #expect(history.means(.created, every: 1, count: 3) == [7, nil, 9])
        history.take(sample(2), at: 100)
        #expect(history.means(.created, every: 1, count: 3) == [nil, nil, 2])
        #expect(history.means(.created, every: 60, count: 2) == [31.0 / 5, 2])
        // Two readings in a second.
        history.take(sample(4), at: 100)
        #expect(history.latest(.created) == 3)
    }

    @Test("After days it takes no more memory, and has a day of them")
    func bounds() {
        var history = DirectorHistory()
        for minute in 0..<3 * 1440 { history.take(sample(Double(minute)), at: minute * 61) }
        #expect(history.means(.created, every: 1, count: 5000).compactMap(\.self).count <= 600)
        let minutes = history.means(.created, every: 60, count: 5000).compactMap(\.self)
        #expect(minutes.count <= 1440 && minutes.count > 1400 && minutes.last == 4319)
    }

    @Test("What was created is counted by events, and what was destroyed is what the table has not grown by")
    func turnover() {
        var turnover = EntryTurnover()
        turnover.begin()
        turnover.take(entries: 100, at: .seconds(1))
        // Nobody knows what came before.
        #expect(turnover.created == nil)
        for _ in 0..<30 { turnover.take() }
        turnover.take(entries: 110, at: .seconds(3))
        #expect(turnover.created == 15 && turnover.destroyed == 10)
        // Fewer events than the growth are no negative rate.
        turnover.take(entries: 120, at: .seconds(4))
        #expect(turnover.created == 0 && turnover.destroyed == 0)
        // Lost events: unknown until a whole span has been seen.
        turnover.take()
        turnover.end()
        turnover.begin()
        turnover.take(entries: 120, at: .seconds(5))
        #expect(turnover.created == nil && turnover.destroyed == nil)
        turnover.take()
        turnover.take(entries: 121, at: .seconds(6))
        #expect(turnover.created == 1 && turnover.destroyed == 0)
        turnover.take(entries: nil, at: .seconds(7))
        #expect(turnover.created == 0 && turnover.destroyed == nil)
        turnover.take(entries: 121, at: .seconds(8))
        // While events wait, they cannot be told from those that come later.
        turnover.take(entries: 131, at: .seconds(9), isCaughtUp: false)
        #expect(turnover.created == nil && turnover.destroyed == nil)
        for _ in 0..<10_000 { turnover.take() }
        turnover.take(entries: 131, at: .seconds(10))
        #expect(turnover.created == nil && turnover.destroyed == nil)
        for _ in 0..<5 { turnover.take() }
        turnover.take(entries: 136, at: .seconds(11))
        #expect(turnover.created == 5 && turnover.destroyed == 0)
    }
}
