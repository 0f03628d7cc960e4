import Reports

extension String {
    /// The text without what a terminal would act on.
    var safe: String { printable }

    /// The text in lines of at most `width` cells, broken at blanks, and inside a word only when that alone is too wide.
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
