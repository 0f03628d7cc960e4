/// How many cells a terminal has.
package struct Size: Equatable, Hashable, Sendable {
    /// Cells in a row, at least one.
    package var columns: Int
    /// Rows, at least one.
    package var rows: Int

    /// Numbers under one, which a terminal may tell while it starts, count as one.
    package init(columns: Int, rows: Int) {
        self.columns = max(1, columns)
        self.rows = max(1, rows)
    }
}

/// What a piece of text is meant to look like. The driver knows how a terminal shows it; colour never says anything that the words do not.
package enum Ink: UInt8, CaseIterable, Sendable {
    case plain
    /// Less important than what stands around it.
    case dim
    case strong
    /// Titles of columns.
    case title
    /// The bars at the top and the bottom.
    case bar
    /// What a key is named by, and the tab that is shown.
    case key
    case good
    case caution
    case bad
    case odd
}

/// Text in one look.
package struct Run: Equatable, Sendable {
    /// Printable text alone: what the kernel or a capture says has been made harmless.
    package var text: String
    /// How it looks.
    package var ink: Ink
    /// Foreground and background exchanged: the row that is selected.
    package var isReversed: Bool

    /// Text that has been made harmless, in a look.
    package init(_ text: String, _ ink: Ink = .plain, isReversed: Bool = false) {
        self.text = text
        self.ink = ink
        self.isReversed = isReversed
    }
}

/// One line of a screen. What is right of its runs is empty.
package struct Line: Equatable, Sendable {
    /// From left to right.
    package var runs: [Run]

    /// A line of its runs; without any it is empty.
    package init(_ runs: [Run] = []) { self.runs = runs }

    /// Without its looks.
    package var text: String { runs.map(\.text).joined() }

    /// In cells of the terminal.
    package var width: Int { runs.reduce(0) { $0 + $1.text.width } }
}

/// What a terminal is to show, as a value. It has a line for each row, and none is wider than the terminal.
package struct Screen: Equatable, Sendable {
    /// Of the terminal that it was made for.
    package let size: Size
    /// From the top; as many as the size has rows.
    package private(set) var lines: [Line]
    /// Where the cursor stands while text is typed; nil hides it.
    package var cursor: (column: Int, row: Int)?

    /// Lines that are missing are empty; what does not fit is cut.
    package init(_ lines: [Line], size: Size) {
        self.size = size
        var fitting = lines.prefix(size.rows).map { $0.cut(to: size.columns) }
        while fitting.count < size.rows { fitting.append(Line()) }
        self.lines = fitting
    }

    mutating func replace(_ row: Int, with line: Line) {
        if lines.indices.contains(row) { lines[row] = line.cut(to: size.columns) }
    }

    /// Whether a terminal would show the same.
    package static func == (left: Screen, right: Screen) -> Bool {
        left.size == right.size && left.lines == right.lines && left.cursor?.column == right.cursor?.column
            && left.cursor?.row == right.cursor?.row
    }

    /// The screen without its looks, a line a row, blanks at the ends left out.
    package var text: String {
        lines.map { line in
            var text = line.text
            while text.last == " " { text.removeLast() }
            return text + "\n"
        }.joined()
    }
}
