/// What overlays the screen.
extension Model {
    func draw(_ overlay: Overlay, over screen: inout Screen) {
        switch overlay {
        case .prompt(let prompt):
            screen.cursor = (column: min(prompt.cursor(in: width), width - 1), row: size.rows - 1)
            let notes = notes(on: prompt)
            screen.lay(notes, at: max(0, size.rows - 1 - notes.count))
        case .help(let top):
            let lines = HelpText.lines.dropFirst(top).map { Line([Run($0)]) }
            let isLonger = HelpText.lines.count > overlayRows
            draw(
                Array(lines), titled: isLonger ? "Help (Esc closes, PgDn for more)" : "Help (Esc closes)", over: &screen
            )
        case .menu(let menu): draw(menu, over: &screen)
        case .question(let question):
            let lines = question.lines.dropFirst(question.top).flatMap { $0.wrapped(to: max(10, width - 4)) }
            let title = question.purpose == .observe ? "Observe packets?" : "Stop observing?"
            draw(lines.map { Line([Run($0)]) }, titled: title, over: &screen)
        }
    }

    /// Over the prompt: what is wrong with the line, or how it may go on.
    private func notes(on prompt: Prompt) -> [Line] {
        let text = prompt.complaint ?? prompt.hints.joined(separator: " ")
        if text.isEmpty { return [] }
        let ink: Ink = prompt.complaint == nil ? .strong : .bad
        return text.safe.wrapped(to: width).prefix(size.rows - 1).map { Line([Run($0.fitted(to: width), ink)]) }
    }

    /// Lines of a box, between its title and its edge; the footer stays visible.
    var overlayRows: Int { max(1, size.rows - 4) }

    private func draw(_ menu: Menu, over screen: inout Screen) {
        let room = overlayRows
        let top = max(0, min(menu.selected - room / 2, menu.items.count - room))
        let fitting = Set(columnSpans.map(\.name))
        let lines = menu.items.enumerated().dropFirst(top).prefix(room).map { position, item in
            let mark = menu.purpose == .columns ? (item.isMarked ? "[x] " : "[ ] ") : (item.isMarked ? " *  " : "    ")
            // Where there are no rows, nobody knows how wide they would be.
            let isCut = menu.purpose == .columns && item.isMarked && !fitting.isEmpty && !fitting.contains(item.name)
            return Line([
                Run(mark + item.title + (isCut ? "  does not fit" : ""), position == menu.selected ? .selected : .plain)
            ])
        }
        let title = menu.purpose == .sort ? "Sort by (Enter)" : "Columns (Space, Enter)"
        draw(lines, titled: title, over: &screen)
    }

    /// A box in the upper left, over existing content; as wide as necessary.
    private func draw(_ lines: [Line], titled title: String, over screen: inout Screen) {
        let most = overlayRows
        let inner = min(width - 2, max(title.width + 2, lines.prefix(most).map(\.width).max() ?? 0))
        var box = [Line([Run(" " + title.fitted(to: inner + 1), .bar)])]
        for line in lines.prefix(most) {
            var row = Line([Run(" ")] + line.cut(to: inner).runs)
            row.runs.append(Run(String(repeating: " ", count: max(0, inner + 2 - row.width))))
            box.append(row)
        }
        box.append(Line([Run(String(repeating: " ", count: inner + 2), .bar)]))
        screen.lay(box, at: 1)
    }
}

extension Screen {
    /// Puts lines over those from `row` on; content to their right stays visible.
    mutating func lay(_ lines: [Line], at row: Int) {
        for (offset, line) in lines.enumerated() where row + offset < size.rows {
            let below = self.lines[row + offset]
            replace(row + offset, with: Line(line.runs + below.from(column: line.width).runs))
        }
    }
}

extension Line {
    /// The content from a column on.
    fileprivate func from(column: Int) -> Line {
        var (line, skipped) = (Line(), 0)
        for run in runs {
            var rest = run
            while skipped < column, let first = rest.text.first {
                skipped += first.width
                rest.text.removeFirst()
            }
            // Half of a wide character becomes a blank.
            if line.runs.isEmpty, skipped > column { line.runs.append(Run(" ")) }
            if !rest.text.isEmpty { line.runs.append(rest) }
        }
        return line
    }
}
