import CLinux

/// The text of one row as curses takes it, counted as curses counts: it never goes on in the next row.
struct CellText {
    private let columns: Int
    private var used = 0

    init(columns: Int) { self.columns = columns }

    /// As much of the text as still fits. What the locale cannot show, and controls, become question marks.
    mutating func cells(of text: String) -> [wchar_t] {
        var cells: [wchar_t] = []
        cells.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            var cell = wchar_t(bitPattern: scalar.value)
            var width = 0x20..<0x7F ~= scalar.value ? 1 : Int(clinux_character_width(scalar.value))
            if width < 0 { (cell, width) = (questionMark, 1) }
            if used + width > columns { return cells }
            // A mark that combines with nothing would go to the end of the row above.
            if width == 0, used == 0 { continue }
            used += width
            cells.append(cell)
        }
        return cells
    }
}

private let questionMark: wchar_t = 0x3F
