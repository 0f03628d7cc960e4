import func CLinux.clinux_character_width
import Reports

extension Character {
    /// Its width in cells, by the C library's table for the current locale, scalar by scalar like curses: 2 for a wide one, 0 for a combining
    /// mark; 1 for one missing from the locale, which is drawn as a question mark.
    var width: Int {
        if isASCII { return 1 }
        return unicodeScalars.reduce(0) { sum, scalar in
            let width = Int(clinux_character_width(scalar.value))
            return sum + (width < 0 ? 1 : width)
        }
    }
}

extension String {
    /// Its width in terminal cells.
    package var width: Int {
        // Most text is ASCII: one cell per byte.
        if utf8.allSatisfy({ $0 < 0x80 }) { return utf8.count }
        return reduce(0) { $0 + $1.width }
    }

    /// As many leading characters as fit, never half of a wide one.
    func cut(to width: Int) -> String {
        if self.width <= width { return self }
        var (text, used) = ("", 0)
        for character in self {
            used += character.width
            if used > width { break }
            text.append(character)
        }
        return text
    }

    /// The text in exactly `width` cells: cut off, or padded with blanks.
    func fitted(to width: Int, alignsRight: Bool = false) -> String {
        let text = cut(to: width)
        let blanks = String(repeating: " ", count: max(0, width - text.width))
        return alignsRight ? blanks + text : text + blanks
    }
}

extension Line {
    func cut(to width: Int) -> Line {
        if self.width <= width { return self }
        var (line, rest) = (Line(), width)
        for run in runs where rest > 0 {
            var part = run
            part.text = run.text.cut(to: rest)
            rest -= part.text.width
            line.runs.append(part)
            if part.text != run.text { break }
        }
        return line
    }
}

extension String {
    /// The text without anything a terminal would act on.
    var safe: String { printable }

    /// The text in lines of at most `width` cells, wrapped at blanks, and within a word only if that alone is too wide.
    func wrapped(to width: Int) -> [String] {
        var (lines, line) = ([String](), "")
        for word in safe.split(separator: " ") {
            var rest = String(word)
            if !line.isEmpty, line.width + 1 + rest.width <= width {
                line += " " + rest
                continue
            }
            if !line.isEmpty { lines.append(line) }
            while rest.width > width {
                let part = rest.cut(to: width)
                if part.isEmpty { break }
                lines.append(part)
                rest.removeFirst(part.count)
            }
            line = rest
        }
        return line.isEmpty && !lines.isEmpty ? lines : lines + [line]
    }
}
