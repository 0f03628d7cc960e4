/// Where somebody is in a list, and how it is arranged.
struct ListState: Equatable, Sendable {
    /// The position of the row that is selected.
    private(set) var selected = 0
    /// The position of the first row on the screen.
    private(set) var top = 0
    /// The name of the column that rows are sorted by; nil for the order in which they came.
    var sort: String?
    var isDescending = false
    /// The filter as it was typed.
    var filter = ""
    /// Whether the selection stays on its row when rows move.
    var follows = false
    var hidden: Set<String> = []

    init(sort: String? = nil) { self.sort = sort }

    /// Selects a row, kept among `count`, and scrolls so that it is one of `page` on the screen.
    mutating func select(_ position: Int, of count: Int, page: Int) {
        selected = max(0, min(position, count - 1))
        if selected < top { top = selected }
        if selected >= top + page { top = selected - page + 1 }
        top = max(0, min(top, count - page))
    }

    /// - Parameter hasSelection: false where lines are looked at and none is selected: they scroll at once.
    /// - Returns: whether the key was one to move by.
    mutating func move(_ key: Key, of count: Int, page: Int, hasSelection: Bool = true) -> Bool {
        let from = hasSelection ? selected : top
        let target: Int
        switch key {
        case .up, .character("k"): target = from - 1
        case .down, .character("j"): target = from + 1
        case .pageUp, .control("b"): target = from - max(1, page - 1)
        case .pageDown, .control("f"): target = from + max(1, page - 1)
        case .home, .character("g"): target = 0
        case .end, .character("G"): target = count - 1
        default: return false
        }
        if hasSelection {
            select(target, of: count, page: page)
        } else {
            top = max(0, min(target, count - page))
            selected = top
        }
        return true
    }

    /// Sorts by a column, the other way round when it is the one already.
    mutating func sort(by column: String, beginsDescending: Bool) {
        isDescending = sort == column ? !isDescending : beginsDescending
        sort = column
    }
}
