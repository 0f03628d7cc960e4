/// What is beside and below what is shown.
extension Model {
    /// Cells that a line without columns moves by.
    static let sidewaysStep = 8

    mutating func moveSideways(by distance: Int) {
        if distance < 0, list.sideways == 0 { return notice = "this is the left end" }
        if distance > 0, !hasMoreToTheRight { return notice = "nothing is farther right" }
        list.sideways += distance
    }

    private var hasMoreToTheRight: Bool {
        if tab == .events { return listLines(layout).contains { $0.width > width } }
        guard canSort else { return false }
        let shown = columns.map(\.name).filter { !list.hidden.contains($0) }
        let spans = columnSpans
        // With the least important columns dropped, any of them may be out of sight.
        return list.sideways == 0 ? spans.count < shown.count : spans.last?.name != shown.last
    }

    mutating func scrollDetail(by distance: Int) {
        list.scrollDetail(by: distance, most: max(0, detailLines.count - (layout.detail - 1)))
    }

    // MARK: Order

    /// Sorts by the column to the left or right of the one that rows are sorted by.
    mutating func sortByNeighbour(_ distance: Int) {
        guard canSort else { return notice = "this tab has no columns to sort by" }
        let names = columns.map(\.name).filter { !list.hidden.contains($0) }
        guard !names.isEmpty else { return }
        let from = list.sort.flatMap { names.firstIndex(of: $0) } ?? (distance > 0 ? -1 : names.count)
        sort(by: names[(from + distance + names.count) % names.count])
    }

    // MARK: Interval

    private static let intervals: [Duration] = [
        .milliseconds(100), .milliseconds(200), .milliseconds(500), .seconds(1), .seconds(2), .seconds(5), .seconds(10),
        .seconds(30), .seconds(60),
    ]

    /// Reads more often, or less.
    mutating func changeInterval(_ distance: Int) {
        if isCapture { return notice = "a capture is read once" }
        let next =
            distance > 0
            ? Self.intervals.first { $0 > interval } : Self.intervals.last { $0 < interval }
        guard let next else { return notice = "every \(Figures.time(interval)) is the limit" }
        interval = next
        notice = "reading every \(Figures.time(next)), less often if a reading takes long"
    }
}
