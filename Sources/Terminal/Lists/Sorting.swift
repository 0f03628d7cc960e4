/// A sort key: numbers, compared in order.
struct SortKey: Comparable {
    var first: UInt64 = 0
    var second: UInt64 = 0
    var third: UInt64 = 0

    init(_ first: UInt64, _ second: UInt64 = 0, _ third: UInt64 = 0) {
        self.first = first
        self.second = second
        self.third = third
    }

    /// From the first sixteen bytes of a text.
    init(text: String) {
        var words: (UInt64, UInt64) = (0, 0)
        for (position, byte) in text.utf8.prefix(16).enumerated() {
            let shift = UInt64(56 - position % 8 * 8)
            if position < 8 { words.0 |= UInt64(byte) << shift } else { words.1 |= UInt64(byte) << shift }
        }
        self.init(words.0, words.1)
    }

    @inline(__always)
    static func < (left: SortKey, right: SortKey) -> Bool {
        if left.first != right.first { return left.first < right.first }
        if left.second != right.second { return left.second < right.second }
        return left.third < right.third
    }
}

extension [UInt32] {
    /// Sorts row numbers by their keys. Rows that are nearly sorted, such as those of the previous reading, cost little more than one pass;
    /// rows with equal keys keep their order.
    mutating func sort(isDescending: Bool, by key: (UInt32) -> SortKey) {
        var keyed = map { (key: key($0), row: $0) }
        // Sorting in the standard library is stable and fast for sorted input (timsort).
        if isDescending { keyed.sort { $0.key > $1.key } } else { keyed.sort { $0.key < $1.key } }
        for position in indices { self[position] = keyed[position].row }
    }
}
