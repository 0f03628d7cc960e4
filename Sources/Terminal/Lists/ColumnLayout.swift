/// Arranges rows in columns, as wide as needed for what is shown; if space is short, the least important columns are dropped, never part of a value.
struct ColumnLayout<Row, Context> {
    let columns: [Column<Row, Context>]
    private(set) var shown: [Int] = []
    private(set) var widths: [Int] = []

    static var gap: Int { 2 }

    /// - Parameter sorted: the name of the column that rows are sorted by: it is never dropped.
    init(_ all: [Column<Row, Context>], hidden: Set<String>, sortedBy sorted: String?, cells: [[Cell]], width: Int) {
        columns = all
        widths = all.indices.map { column in
            cells.reduce(all[column].title.width) { widest, row in
                row.indices.contains(column) ? max(widest, row[column].text.width) : widest
            }
        }
        shown = all.indices.filter { !hidden.contains(all[$0].name) }
        func leastImportant() -> Int? {
            shown.filter { all[$0].expendable > 0 && all[$0].name != sorted }
                .max { all[$0].expendable < all[$1].expendable }
        }
        while needed > width, let victim = leastImportant() {
            shown.removeAll { $0 == victim }
        }
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
