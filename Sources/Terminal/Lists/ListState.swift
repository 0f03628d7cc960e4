/// The position in a list, and its arrangement.
struct ListState: Equatable, Sendable {
    /// The index of the selected row; or, if that has gone, where it was.
    private(set) var selected = 0
    /// The index of the first visible row.
    private(set) var top = 0
    /// Whom the cursor stays with as rows move.
    private(set) var hold = Hold.place
    /// The name of the column that rows are sorted by; nil for the original order.
    var sort: String?
    var isDescending = false
    /// The filter as typed.
    var filter = ""
    /// Whether the cursor stays with its row to the end, and moves to no other then.
    var follows = false
    var hidden: Set<String> = []
    /// How far the columns were moved to the left; 0 for those that matter most.
    var sideways = 0
    /// How wide columns have been: they do not slide while one pages.
    private(set) var widths: [String: Int] = [:]
    /// Whether the row that the cursor is on is shown in full.
    var isDetailed = false
    /// The first line of the details that is shown.
    private(set) var detailTop = 0

    /// What the cursor stays with.
    enum Hold: Sendable {
        /// A place in the list, whoever is there: the top, until a row is chosen.
        case place
        /// The chosen row, wherever it goes.
        case row
        /// Nobody: the chosen row has gone.
        case nobody
    }

    init(sort: String? = nil) { self.sort = sort }

    /// The cursor is at the top, whoever is there, and nothing is shown in full.
    mutating func startOver() { (selected, top, hold, follows, isDetailed) = (0, 0, .place, false, false) }

    /// The index of the row that the cursor is on.
    var cursor: Int? { hold == .nobody ? nil : selected }

    /// Selects a row, limited to `count`, and scrolls so that it is among the `page` visible rows.
    mutating func select(_ position: Int, of count: Int, page: Int) {
        selected = max(0, min(position, count - 1))
        if selected < top { top = selected }
        if selected >= top + page { top = selected - page + 1 }
        top = max(0, min(top, count - page))
    }

    /// The cursor stays with the selected row from now on, if there is one.
    mutating func choose() { if hold == .place { hold = .row } }

    /// Rows have moved: the cursor follows its row, at the same height of the screen.
    ///
    /// - Parameters:
    ///   - position: where the chosen row is now; nil if it is not in the list any more.
    ///   - isPinned: whether no other row takes its place then.
    mutating func follow(_ position: Int?, of count: Int, page: Int, isPinned: Bool) {
        guard hold != .place, let position else {
            if hold == .row, isPinned { hold = .nobody }
            return select(selected, of: count, page: page)
        }
        hold = .row
        top = max(0, top + position - selected)
        select(position, of: count, page: page)
    }

    /// - Parameter hasSelection: false for lines without selection: they scroll immediately.
    /// - Returns: whether the key was a movement key.
    mutating func move(_ key: Key, of count: Int, page: Int, hasSelection: Bool = true) -> Bool {
        let from = hasSelection ? selected : top
        let target: Int
        switch key {
        case .up, .character("k"): target = from - 1
        case .down, .character("j"): target = from + 1
        case .pageUp, .control("b"): target = from - max(1, page - 1)
        case .pageDown, .control("f"): target = from + max(1, page - 1)
        case .control("u"): target = from - max(1, page / 2)
        case .control("d"): target = from + max(1, page / 2)
        case .home, .character("g"): target = 0
        case .end, .character("G"): target = count - 1
        default: return false
        }
        if hasSelection {
            select(target, of: count, page: page)
            hold = key == .home || key == .character("g") ? .place : .row
        } else {
            scroll(to: target, of: count, page: page)
        }
        return true
    }

    /// Selects a row that was pointed at.
    mutating func point(at position: Int, of count: Int, page: Int) {
        select(position, of: count, page: page)
        hold = .row
    }

    /// Puts a row of a list without selection at the top.
    mutating func scroll(to position: Int, of count: Int, page: Int) {
        top = max(0, min(position, count - page))
        selected = top
    }

    /// - Parameter most: the last line that may be the first.
    mutating func scrollDetail(by distance: Int, most: Int) { detailTop = max(0, min(detailTop + distance, most)) }

    /// What is shown has a new subject.
    mutating func startDetail() { detailTop = 0 }

    mutating func keep(_ widths: [String: Int]) { self.widths.merge(widths) { max($0, $1) } }

    /// Other rows may need less.
    mutating func forgetWidths() { widths = [:] }

    /// Sorts by a column, or reverses the order if it is already sorted by it.
    mutating func sort(by column: String, beginsDescending: Bool) {
        isDescending = sort == column ? !isDescending : beginsDescending
        sort = column
    }
}

extension ListState {
    /// In its order; as they are without one.
    func sorted<Row>(_ rows: [Row], by key: ((Row) -> SortKey)?) -> [Row] {
        guard let key else { return rows }
        return rows.sorted { one, other in
            let (first, second) = (key(one), key(other))
            return isDescending ? first > second : first < second
        }
    }
}
