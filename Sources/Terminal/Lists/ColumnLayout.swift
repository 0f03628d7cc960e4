/// Arranges rows in columns, as wide as needed for what is shown and was shown before; if space is short, the least important columns are
/// dropped, or those that were moved out of sight, never part of a value.
struct ColumnLayout<Row, Context> {
    let columns: [Column<Row, Context>]
    private(set) var shown: [Int] = []
    private(set) var widths: [Int] = []

    static var gap: Int { 2 }

    /// The column that rows are sorted by is never dropped.
    init(_ all: [Column<Row, Context>], _ list: ListState, cells: [[Cell]], width: Int) {
        let sorted = list.sort
        columns = all
        widths = all.indices.map { column in
            cells.reduce(max(all[column].title.width, list.widths[all[column].name] ?? 0)) { widest, row in
                row.indices.contains(column) ? max(widest, row[column].text.width) : widest
            }
        }
        shown = all.indices.filter { !list.hidden.contains(all[$0].name) }
        if list.sideways > 0 {
            moveSideways(list.sideways, width: width)
            return
        }
        func leastImportant() -> Int? {
            shown.filter { all[$0].expendable > 0 && all[$0].name != sorted }
                .max { all[$0].expendable < all[$1].expendable }
        }
        while needed > width, let victim = leastImportant() {
            shown.removeAll { $0 == victim }
        }
    }

    /// The first columns, which say what a row is, stay; the others are as they come, as many as fit.
    private mutating func moveSideways(_ distance: Int, width: Int) {
        let titles = shown.prefix { columns[$0].expendable == 0 }
        let fixed = Array(titles.isEmpty ? shown.prefix(1) : titles)
        let rest = shown.dropFirst(fixed.count)
        shown = fixed + Array(rest.dropFirst(min(distance - 1, max(0, rest.count - 1))))
        while needed > width, shown.count > 1 { shown.removeLast() }
    }

    /// The widths by the columns' names.
    var widthsByName: [String: Int] {
        Dictionary(zip(columns.map(\.name), widths), uniquingKeysWith: { first, _ in first })
    }

    private var needed: Int { shown.reduce(-Self.gap) { $0 + widths[$1] + Self.gap } }

    /// Where the shown columns are, from left to right.
    var spans: [ColumnSpan] {
        var start = 0
        return shown.map { column in
            defer { start += widths[column] + Self.gap }
            return ColumnSpan(name: columns[column].name, cells: start..<start + widths[column] + Self.gap)
        }
    }

    func titles(sortedBy sorted: String?, isDescending: Bool, _ glyphs: Glyphs) -> Line {
        line { column in
            let isSorted = columns[column].name == sorted
            let mark = isSorted ? (isDescending ? glyphs.descending : glyphs.ascending) : ""
            return Cell(columns[column].title + mark, .title)
        }
    }

    func line(_ cells: [Cell]) -> Line { line { cells.indices.contains($0) ? cells[$0] : Cell("") } }

    /// The mark after a title is in the gap, so that it moves nothing.
    private func line(_ cell: (Int) -> Cell) -> Line {
        var line = Line()
        for (position, column) in shown.enumerated() {
            let isLast = position == shown.count - 1
            let cell = cell(column)
            let over = max(0, cell.text.width - widths[column])
            line.runs.append(
                Run(
                    cell.text.fitted(
                        to: max(widths[column], cell.text.width), alignsRight: columns[column].alignsRight), cell.ink))
            if !isLast {
                line.runs.append(
                    Run(String(repeating: " ", count: max(0, Self.gap - over)), cell.ink == .title ? .title : .plain))
            }
        }
        return line
    }
}

/// A column on the screen.
struct ColumnSpan: Equatable {
    var name: String
    /// With the gap behind it.
    var cells: Range<Int>
}

/// The text of a cell, and its look.
struct Cell {
    /// Without anything a terminal would act on: names of states and schedulers are from the kernel or a capture.
    let text: String
    let ink: Ink

    init(_ text: String, _ ink: Ink = .plain) {
        self.text = text.safe
        self.ink = ink
    }
}

/// A column of a list: its name on the command line and in the filter, its cells, and its sort order.
struct Column<Row, Context>: Sendable {
    let name: String
    let title: String
    var alignsRight = false
    /// Columns with a higher number are dropped first if there is not enough space; 0 is never dropped.
    var expendable = 0
    /// For numbers: the greatest comes first.
    var beginsDescending = false
    let cell: @Sendable (Row, borrowing Context) -> Cell
}
