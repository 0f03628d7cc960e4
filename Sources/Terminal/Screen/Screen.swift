/// The size of a terminal in cells.
package struct Size: Equatable, Hashable, Sendable {
    /// Cells per row, at least one.
    package var columns: Int
    /// Rows, at least one.
    package var rows: Int

    /// Values below one, which a terminal may report while starting, become one.
    package init(columns: Int, rows: Int) {
        self.columns = max(1, columns)
        self.rows = max(1, rows)
    }
}

/// The intended look of text. The driver knows how a terminal shows it; colors never carry information that the words do not.
package enum Ink: UInt8, CaseIterable, Sendable {
    case plain
    /// Less important than its surroundings.
    case dim
    case strong
    /// Column titles.
    case title
    /// The bars at the top and the bottom.
    case bar
    /// Key names, and the current tab.
    case key
    case good
    case caution
    case bad
    case odd
    /// The whole row under the cursor, whatever its cells would look like otherwise.
    case selected
}

/// Text with one look.
package struct Run: Equatable, Sendable {
    /// Printable text only: text from the kernel or a capture has been sanitized.
    package var text: String
    package var ink: Ink

    /// Sanitized text.
    package init(_ text: String, _ ink: Ink = .plain) {
        self.text = text
        self.ink = ink
    }
}

/// A line of a screen. The space to the right of its runs is empty.
package struct Line: Equatable, Sendable {
    /// From left to right.
    package var runs: [Run]

    /// Empty without runs.
    package init(_ runs: [Run] = []) { self.runs = runs }

    /// Without looks.
    package var text: String { runs.map(\.text).joined() }

    /// In terminal cells.
    package var width: Int { runs.reduce(0) { $0 + $1.text.width } }
}

/// What a terminal is to show, as a value. It has one line per row, none wider than the terminal.
package struct Screen: Equatable, Sendable {
    /// Of the terminal it was made for.
    package let size: Size
    /// From the top; as many as there are rows.
    package private(set) var lines: [Line]
    /// The cursor position during text input; nil hides it.
    package var cursor: (column: Int, row: Int)?

    /// Missing lines are empty; what does not fit is cut off.
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

    /// The screen without looks, a line per row, without trailing blanks.
    package var text: String {
        lines.map { line in
            var text = line.text
            while text.last == " " { text.removeLast() }
            return text + "\n"
        }.joined()
    }
}
