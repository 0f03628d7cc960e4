import Conntrack
import Inspection

/// A search for rows, in the words of the filter line. It looks at many rows in slices, between which keys are answered.
struct Search: Sendable {
    let words: String
    let tab: Tab
    let expression: FilterExpression
    /// The row to look at next.
    private(set) var position = 0
    /// How many rows are still to be looked at.
    private(set) var rest = 0
    private(set) var isForward = true

    /// Filters may take 10 µs a row.
    static let slice = 2048

    init(_ words: String, _ tab: Tab, _ expression: FilterExpression) {
        (self.words, self.tab, self.expression) = (words, tab, expression)
    }

    /// Begins at a row, and looks at each row once.
    mutating func begin(at start: Int, of count: Int, isForward: Bool) {
        (position, rest, self.isForward) = (start, count, isForward)
    }

    mutating func end() { rest = 0 }

    /// The next row, from the other end once it has come to one; nil if all were looked at.
    mutating func next(of count: Int) -> Int? {
        guard rest > 0, count > 0 else { return nil }
        rest -= 1
        let found = (position % count + count) % count
        position = found + (isForward ? 1 : -1)
        return found
    }
}

extension Model {
    mutating func openSearch() {
        guard canFilter else { return notice = "this tab has nothing to search" }
        overlay = .prompt(Prompt(.search, search?.tab == tab ? search?.words ?? "" : ""))
    }

    /// Goes to the first match from the cursor on.
    ///
    /// - Returns: what is wrong with the line; nil if it was accepted.
    mutating func take(search line: String) -> String? {
        guard let vocabulary else { return nil }
        do throws(FilterError) {
            search = try FilterExpression.read(line, for: vocabulary).map { Search(line, tab, $0) }
        } catch {
            return error.description
        }
        if search != nil { beginSearching(at: place(), isForward: true) }
        return nil
    }

    /// Goes to the next match, or the one before.
    mutating func searchOn(isForward: Bool) {
        guard search?.tab == tab else { return notice = "nothing is searched for in this tab (F3)" }
        beginSearching(at: place() + (isForward ? 1 : -1), isForward: isForward)
    }

    /// From the cursor on; where there is none, from the first row on the screen.
    private mutating func place() -> Int {
        standAtEndOfStream()
        return tab == .events ? list.top : list.cursor ?? list.top
    }

    private mutating func beginSearching(at start: Int, isForward: Bool) {
        let count = listCount
        search?.begin(at: start, of: count, isForward: isForward)
        guard count <= Arrangement.few else { return }
        while isSearching { goOnSearching() }
    }

    var isSearching: Bool { search.map { $0.tab == tab && $0.rest > 0 } ?? false }

    /// Looks at some rows.
    mutating func goOnSearching() {
        guard var search else { return }
        let count = listCount
        let lines = tab == .events ? events.lines(from: 0, most: .max) : []
        for _ in 0..<Search.slice {
            guard let position = search.next(of: count) else { break }
            guard isMatch(position, search.expression, lines) else { continue }
            search.end()
            self.search = search
            return go(to: position)
        }
        self.search = search
        if search.rest == 0 { notice = "no row matches \(search.words)" }
    }

    private func isMatch(_ position: Int, _ wanted: FilterExpression, _ lines: [EventsPane.Line]) -> Bool {
        switch tab {
        case .services:
            guard services.lines.indices.contains(position), let service = services.lines[position].service else {
                return false
            }
            return wanted.accepts(FilteredService(service))
        case .servers:
            return servers.lines.indices.contains(position) && servers.lines[position].isWanted(wanted)
        case .drops:
            return drops.rows.indices.contains(position) && drops.rows[position].isWanted(wanted)
        case .flows:
            guard !flows.talkers.areShown, flows.order.indices.contains(position),
                let row = director.store[flows.order[position]]
            else {
                return false
            }
            return wanted.accepts(FilteredFlow(row, director.store))
        case .table:
            guard !table.talkers.areShown, table.order.indices.contains(position) else { return false }
            return table.entries.entry(Int(table.order[position])).map { wanted.accepts($0) } ?? false
        case .events:
            guard lines.indices.contains(position), case .event(let event) = lines[position] else { return false }
            return wanted.accepts(FilteredEvent(event))
        case .findings, .health: return false
        }
    }

    private mutating func go(to position: Int) {
        let hasSelection = tab.hasSelection
        _ = change { list, count, page in
            if hasSelection {
                list.point(at: position, of: count, page: page)
            } else {
                list.scroll(to: position, of: count, page: page)
            }
            return true
        }
    }
}
