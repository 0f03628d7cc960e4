/// Rows of words in columns, as wide as necessary; a narrow terminal loses the least important columns, never part of a value.
struct TextTable {
    struct Column {
        var title: String
        var alignsRight = false
        /// Columns with a higher number are dropped first if there is not enough space; 0 is never dropped.
        var expendable = 0
    }

    struct Cell {
        var text: String
        var colour: Style.Colour?

        init(_ text: String, _ colour: Style.Colour? = nil) {
            self.text = text.printable
            self.colour = colour
        }
    }

    var columns: [Column]
    var rows: [[Cell]] = []

    static let gap = 2

    /// - Parameter width: columns of the terminal; nil if there is none.
    func lines(_ style: Style, width: Int?) -> [String] {
        let titles = columns.map { Cell($0.title, .bold) }
        let all = [titles] + rows
        let widths = columns.indices.map { column in
            all.map { $0.indices.contains(column) ? $0[column].text.count : 0 }.max() ?? 0
        }
        let shown = Self.fitting(columns, widths, width)
        return all.map { row in
            var line = ""
            for (position, column) in shown.enumerated() where row.indices.contains(column) {
                let cell = row[column]
                let padding = String(repeating: " ", count: widths[column] - cell.text.count)
                let text = style.paint(cell.text, cell.colour)
                let isLast = position == shown.count - 1
                line += columns[column].alignsRight ? padding + text : text + (isLast ? "" : padding)
                if !isLast { line += String(repeating: " ", count: Self.gap) }
            }
            return line
        }
    }

    /// The columns that are shown, each as wide as it needs to be.
    static func fitting(_ columns: [Column], _ widths: [Int], _ width: Int?) -> [Int] {
        var shown = Array(columns.indices)
        guard let width else { return shown }
        while shown.map({ widths[$0] + gap }).reduce(-gap, +) > width,
            let victim = shown.max(by: { columns[$0].expendable < columns[$1].expendable }),
            columns[victim].expendable > 0
        {
            shown.removeAll { $0 == victim }
        }
        return shown
    }
}
