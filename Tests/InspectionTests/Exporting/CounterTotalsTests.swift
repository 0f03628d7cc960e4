import Conntrack
import Testing

@testable import Inspection

struct CounterTotalsTests {
    private static func total(_ counter: StatisticsCounter, _ totals: CounterTotals) -> UInt64? {
        totals.all.first { $0.counter == counter }?.total
    }

    @Test("Totals go on where a CPU's counter wraps, or begins again because the module was loaded again")
    func wrap() {
        var totals = CounterTotals()
        #expect(totals.all.isEmpty)
        totals.take(StatisticsTests.statistics([[.drop: .max - 1], [.drop: 5]]))
        #expect(Self.total(.drop, totals) == UInt64(UInt32.max) + 4)
        totals.take(StatisticsTests.statistics([[.drop: 2], [.drop: 6]]))
        #expect(Self.total(.drop, totals) == UInt64(UInt32.max) + 4 + 4 + 1)
        totals.take(StatisticsTests.statistics([[.drop: 0], [.drop: 1]]))
        #expect(Self.total(.drop, totals) == UInt64(UInt32.max) + 9 + 1)
    }

    @Test("A counter that appears later begins with what it has")
    func appears() {
        var totals = CounterTotals()
        totals.take(StatisticsTests.statistics([[.drop: 1]]))
        totals.take(StatisticsTests.statistics([[.drop: 1, .invalid: 7]]))
        #expect(Self.total(.invalid, totals) == 7)
        #expect(totals.all.map(\.counter) == [.invalid, .drop])
    }
}
