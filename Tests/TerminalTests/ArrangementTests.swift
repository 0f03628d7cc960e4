import Testing

@testable import Terminal

struct ArrangementTests {
    private func arranged(
        _ count: Int, keeping before: [UInt32] = [], isSorted: Bool = true, isDescending: Bool = false,
        wants: (UInt32) -> Bool = { _ in true },
        by key: (UInt32) -> UInt64
    ) -> [UInt32] {
        var arrangement = Arrangement(keeping: before, isSorted: isSorted, isDescending: isDescending)
        var slices = 0
        while !arrangement.isDone, slices < 100_000 {
            arrangement.goOn(count, wants: wants) { SortKey(key($0)) }
            slices += 1
        }
        #expect(slices > count / 2048)
        return arrangement.order
    }

    @Test(
        "Whatever their number, rows are sorted, and those with equal keys keep their order",
        arguments: [0, 1, 2, 2047, 2048, 2049, 4096, 6145, 40_000], [false, true])
    func sorting(count: Int, isDescending: Bool) {
        var random = SystemRandomNumberGenerator()
        let keys = (0..<count).map { _ in UInt64.random(in: 0...50, using: &random) }
        let before = Array((0..<UInt32(count)).shuffled(using: &random).prefix(count / 2))
        let rest = Set(0..<UInt32(count)).subtracting(before).sorted()
        let expected = (before + rest).enumerated().sorted { one, other in
            let (left, right) = (keys[Int(one.element)], keys[Int(other.element)])
            if left != right { return isDescending ? left > right : left < right }
            return one.offset < other.offset
        }
        let order = arranged(count, keeping: before, isDescending: isDescending) { keys[Int($0)] }
        #expect(order == expected.map(\.element))
    }

    @Test("Rows that are sorted already, all or but for a few, are sorted", arguments: [false, true])
    func sortedAlready(isDescending: Bool) {
        let count = 40_000
        var keys = (0..<count).map { UInt64(isDescending ? count - $0 : $0) / 3 }
        let rows = Array(0..<UInt32(count))
        #expect(arranged(count, keeping: rows, isDescending: isDescending) { keys[Int($0)] } == rows)
        keys[10] = keys[39_000]
        keys[30_000] = keys[5]
        let expected = rows.sorted { one, other in
            let (left, right) = (keys[Int(one)], keys[Int(other)])
            if left != right { return isDescending ? left > right : left < right }
            return one < other
        }
        #expect(arranged(count, keeping: rows, isDescending: isDescending) { keys[Int($0)] } == expected)
    }

    @Test("Rows that are not to be sorted stay in the order in which they are, those that are kept first")
    func unsorted() {
        let order = arranged(5000, keeping: [4000, 3], isSorted: false, wants: { $0 != 0 }) { UInt64(10_000 - $0) }
        #expect(order.prefix(4) == [4000, 3, 1, 2])
        #expect(order.count == 4999)
    }

    @Test("Only rows that are wanted, and each once, whatever was shown before")
    func choosing() {
        let before: [UInt32] = [9, 7, 7, 5000, 3, 1_000_000]
        let order = arranged(6000, keeping: before, wants: { $0 % 2 == 1 || $0 == 5000 }) { _ in 0 }
        #expect(order.prefix(4) == [9, 7, 5000, 3])
        #expect(order.count == 3001 && Set(order).count == 3001)
    }

    @Test("Rows that come and go meanwhile do no harm")
    func changing() {
        var arrangement = Arrangement(isSorted: true, isDescending: false)
        var count = 10_000
        while !arrangement.isDone {
            arrangement.goOn(count, wants: { _ in true }) { SortKey(UInt64($0)) }
            count = max(0, count - 1500)
        }
        #expect(arrangement.order == Array(0..<UInt32(arrangement.order.count)))
    }
}
