/// The position in a list, and its arrangement.
struct ListState: Equatable, Sendable {
    /// The index of the selected row.
    private(set) var selected = 0
    /// The index of the first visible row.
    private(set) var top = 0
    /// The name of the column that rows are sorted by; nil for the original order.
    var sort: String?
    var isDescending = false
    /// The filter as typed.
    var filter = ""
    /// Whether the selection stays on its row as rows move.
    var follows = false
    var hidden: Set<String> = []

    init(sort: String? = nil) { self.sort = sort }

    /// Selects a row, limited to `count`, and scrolls so that it is among the `page` visible rows.
    mutating func select(_ position: Int, of count: Int, page: Int) {
        selected = max(0, min(position, count - 1))
        if selected < top { top = selected }
        if selected >= top + page { top = selected - page + 1 }
        top = max(0, min(top, count - page))
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

    /// Sorts by a column, or reverses the order if it is already sorted by it.
    mutating func sort(by column: String, beginsDescending: Bool) {
        isDescending = sort == column ? !isDescending : beginsDescending
        sort = column
    }
}
