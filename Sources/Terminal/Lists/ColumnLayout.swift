/// Lays rows out in columns, as wide as what is shown now needs; when there is not enough room, the least important go, never a part of a value.
struct ColumnLayout<Row, Context> {
    let columns: [Column<Row, Context>]
    private(set) var shown: [Int] = []
    private(set) var widths: [Int] = []

    static var gap: Int { 2 }

    init(_ all: [Column<Row, Context>], hidden: Set<String>, cells: [[Cell]], width: Int) {
        columns = all
        widths = all.indices.map { column in
            cells.reduce(all[column].title.width) { widest, row in
                row.indices.contains(column) ? max(widest, row[column].text.width) : widest
            }
        }
        shown = all.indices.filter { !hidden.contains(all[$0].name) }
        while needed > width, let victim = shown.max(by: { columns[$0].expendable < columns[$1].expendable }),
            columns[victim].expendable > 0
        {
            shown.removeAll { $0 == victim }
        }
    }

    private var needed: Int { shown.reduce(-Self.gap) { $0 + widths[$1] + Self.gap } }

    func titles(sortedBy sorted: String?, isDescending: Bool, _ glyphs: Glyphs) -> Line {
        line { column in
            let isSorted = columns[column].name == sorted
            let mark = isSorted ? (isDescending ? glyphs.descending : glyphs.ascending) : ""
            return Cell(columns[column].title + mark, .title)
        }
    }

    func line(_ cells: [Cell], isSelected: Bool) -> Line {
        var line = line { cells.indices.contains($0) ? cells[$0] : Cell("") }
        if isSelected { for run in line.runs.indices { line.runs[run].isReversed = true } }
        return line
    }

    /// The mark behind a title stands in the gap, so that it moves nothing.
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
