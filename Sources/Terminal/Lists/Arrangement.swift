/// Chooses and sorts rows in slices, as there may be a million: between two slices, keys are answered. Rows with equal keys keep their order.
struct Arrangement: Sendable {
    private typealias Keyed = (key: SortKey, row: UInt32)

    /// Rows in the order in which they were, and then all others.
    private let before: [UInt32]
    private let isSorted: Bool
    private let isDescending: Bool
    private var step = Step.marking
    /// The next row, or element, of the step.
    private var next = 0
    private var isWanted: [Bool] = []
    private var rows: [Keyed] = []
    private var merged: [Keyed] = []
    /// Runs of this length are sorted.
    private var run = Self.slice
    private(set) var order: [UInt32] = []

    private enum Step { case marking, keeping, adding, sorting, merging, listing, done }

    /// How much is done at once: filters may take 10 µs a row.
    private static let slice = 2048

    /// Fewer rows than this are arranged at once.
    static let few = 20_000

    /// - Parameters:
    ///   - before: the order that rows with equal keys keep.
    ///   - isSorted: false to leave all rows in the order in which they are, whatever their keys.
    init(keeping before: [UInt32] = [], isSorted: Bool, isDescending: Bool) {
        self.before = before
        self.isSorted = isSorted
        self.isDescending = isDescending
    }

    var isDone: Bool { step == .done }

    /// Does a slice.
    ///
    /// - Parameters:
    ///   - count: the number of rows there are, by now.
    ///   - wants: whether a row is to be shown.
    ///   - key: what rows are sorted by.
    mutating func goOn(_ count: Int, wants: (UInt32) -> Bool, key: (UInt32) -> SortKey) {
        switch step {
        case .marking:
            for row in slice(of: count) { isWanted.append(wants(UInt32(row))) }
            advance(count, to: .keeping)
        case .keeping:
            for position in slice(of: before.count) { take(before[position], key) }
            advance(before.count, to: .adding)
        case .adding:
            for row in slice(of: isWanted.count) { take(UInt32(row), key) }
            advance(isWanted.count, to: isSorted ? .sorting : .done)
        case .sorting:
            let slice = slice(of: rows.count)
            if isDescending { rows[slice].sort { $0.key > $1.key } } else { rows[slice].sort { $0.key < $1.key } }
            advance(rows.count, to: .merging)
        case .merging: merge()
        case .listing:
            for position in slice(of: rows.count) { order.append(rows[position].row) }
            advance(rows.count, to: .done)
        case .done: break
        }
    }

    private func slice(of count: Int) -> Range<Int> { next..<max(next, min(next + Self.slice, count)) }

    private mutating func advance(_ count: Int, to following: Step) {
        next = min(next + Self.slice, count)
        if next >= count { (step, next) = (following, 0) }
    }

    private mutating func take(_ row: UInt32, _ key: (UInt32) -> SortKey) {
        guard isWanted.indices.contains(Int(row)), isWanted[Int(row)] else { return }
        isWanted[Int(row)] = false
        if isSorted { rows.append((key(row), row)) } else { order.append(row) }
    }

    // MARK: Merging

    /// How many rows of the two runs that begin at `next` are merged.
    private var taken = (left: 0, right: 0)

    /// Merges runs in pairs until a single one is left.
    private mutating func merge() {
        guard run < rows.count else {
            (step, next) = (.listing, 0)
            return
        }
        for _ in 0..<Self.slice where next < rows.count { mergeRow() }
        guard next >= rows.count else { return }
        swap(&rows, &merged)
        merged.removeAll(keepingCapacity: true)
        (run, next) = (run * 2, 0)
    }

    private mutating func mergeRow() {
        let (middle, end) = (min(next + run, rows.count), min(next + 2 * run, rows.count))
        // From one reading to the next, most rows stay where they are.
        if taken == (0, 0), middle == end || !isBefore(rows[middle].key, rows[middle - 1].key) {
            merged.append(contentsOf: rows[next..<end])
            next = end
            return
        }
        let (left, right) = (next + taken.left, middle + taken.right)
        let isLeft = right == end || left < middle && !isBefore(rows[right].key, rows[left].key)
        merged.append(rows[isLeft ? left : right])
        if isLeft { taken.left += 1 } else { taken.right += 1 }
        if taken.left + taken.right == end - next { (next, taken) = (end, (0, 0)) }
    }

    private func isBefore(_ one: SortKey, _ other: SortKey) -> Bool { isDescending ? one > other : one < other }
}
