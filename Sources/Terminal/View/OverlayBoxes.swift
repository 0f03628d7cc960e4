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

    /// The row of a box's upper edge.
    static let overlayRow = 1

    /// The first item of a menu that is shown.
    func menuTop(_ menu: Menu) -> Int {
        max(0, min(menu.selected - overlayRows / 2, menu.items.count - overlayRows))
    }

    /// The columns that a menu takes.
    func menuWidth(_ menu: Menu) -> Int { box(menuLines(menu), titled: title(menu)).first?.width ?? 0 }

    private func draw(_ menu: Menu, over screen: inout Screen) {
        draw(menuLines(menu), titled: title(menu), over: &screen)
    }

    private func title(_ menu: Menu) -> String { menu.purpose == .sort ? "Sort by (Enter)" : "Columns (Space, Enter)" }

    private func menuLines(_ menu: Menu) -> [Line] {
        let fitting = Set(columnSpans.map(\.name))
        return menu.items.enumerated().dropFirst(menuTop(menu)).prefix(overlayRows).map { position, item in
            let mark = menu.purpose == .columns ? (item.isMarked ? "[x] " : "[ ] ") : (item.isMarked ? " *  " : "    ")
            // Where there are no rows, nobody knows how wide they would be.
            let isCut = menu.purpose == .columns && item.isMarked && !fitting.isEmpty && !fitting.contains(item.name)
            return Line([
                Run(mark + item.title + (isCut ? "  does not fit" : ""), position == menu.selected ? .selected : .plain)
            ])
        }
    }

    private func draw(_ lines: [Line], titled title: String, over screen: inout Screen) {
        screen.stepBack()
        screen.lay(box(lines, titled: title), at: Self.overlayRow)
    }

    /// A box in the upper left, as wide as necessary, with a frame that sets it off against what is behind it.
    private func box(_ lines: [Line], titled title: String) -> [Line] {
        let shown = lines.prefix(overlayRows)
        let inner = max(1, min(width - 2, max(title.width + 4, (shown.map(\.width).max() ?? 0) + 1)))
        let frame = glyphs.frame
        let heading = (frame.horizontal + " " + title + " ").cut(to: inner)
        let rule = String(repeating: frame.horizontal, count: max(0, inner - heading.width))
        var box = [Line([Run(frame.upper.left + heading + rule + frame.upper.right, .bar)])]
        for line in shown {
            var row = Line([Run(frame.vertical, .bar)] + line.cut(to: inner).runs)
            row.runs.append(Run(String(repeating: " ", count: max(0, inner + 1 - row.width))))
            row.runs.append(Run(frame.vertical, .bar))
            box.append(row)
        }
        let edge = String(repeating: frame.horizontal, count: inner)
        box.append(Line([Run(frame.lower.left + edge + frame.lower.right, .bar)]))
        return box
    }
}

extension Screen {
    /// Everything is less important than what will be laid over it, but the last line, which has the keys for that.
    mutating func stepBack() {
        for row in lines.indices.dropLast() {
            replace(row, with: Line(lines[row].runs.map { Run($0.text, .dim) }))
        }
    }

    /// Puts lines over those from `row` on; content to their right stays visible.
    mutating func lay(_ lines: [Line], at row: Int) {
        for (offset, line) in lines.enumerated() where row + offset < size.rows {
            let beside = self.lines[row + offset].from(column: line.width).runs
            replace(row + offset, with: Line(line.runs + beside))
        }
    }
}

extension Line {
    /// The content from a column on.
    func from(column: Int) -> Line {
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
