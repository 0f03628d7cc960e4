/// A row that is known by more than its place in the list.
protocol ListRow: Sendable {
    associatedtype Identity: Hashable & Sendable

    /// The same in the next reading.
    var identity: Identity { get }
}

/// A tab of such rows.
protocol ListedPane {
    associatedtype Row: ListRow

    var list: ListState { get }
    var listed: ListedRows<Row> { get set }
}

extension ListedPane {
    /// The row that the cursor is on.
    var selected: Row? { listed.selected(list) }

    /// What the cursor stays with.
    var chosen: Row.Identity? { listed.chosen }

    /// The cursor was put on a row.
    mutating func choose() { listed.choose(in: list) }
}

/// The rows of a list, few enough to be sorted at once, and the one that the cursor stays with.
struct ListedRows<Row: ListRow>: Sendable {
    /// In the order of the screen.
    private(set) var all: [Row] = []
    /// What the cursor stays with, once a row was chosen.
    private(set) var chosen: Row.Identity?
    /// The chosen row while it exists but is not listed, as a filter hides it.
    var hidden: Row?

    /// The row that the cursor is on; nil if there is none, or it has gone. The chosen one, whatever is in its place meanwhile.
    func selected(_ list: ListState) -> Row? {
        if list.hold != .place { return all.first { $0.identity == chosen } ?? hidden }
        return all.indices.contains(list.selected) ? all[list.selected] : nil
    }

    /// The cursor was put on a row.
    mutating func choose(in list: ListState) {
        guard list.hold == .row else { return }
        chosen = all.indices.contains(list.selected) ? all[list.selected].identity : nil
    }

    /// The cursor is to be on a row that may not be listed yet.
    mutating func choose(_ identity: Row.Identity, in list: inout ListState) {
        list.choose()
        chosen = identity
    }

    /// Shows other rows; the cursor stays with the chosen one.
    ///
    /// - Returns: what the cursor stays with although it is not among them.
    mutating func show(_ rows: [Row], in list: inout ListState, page: Int) -> Row.Identity? {
        (all, hidden) = (rows, nil)
        let position = chosen.flatMap { wanted in all.firstIndex { $0.identity == wanted } }
        list.follow(position, of: all.count, page: page, isPinned: list.isDetailed && chosen != nil)
        if list.hold == .nobody { return chosen }
        // Another one takes its place.
        if position == nil { choose(in: list) }
        return nil
    }
}
