extension String {
    /// The text in lines of at most `width` characters, broken at blanks; a longer word, such as an address, stays in one piece.
    ///
    /// - Parameter width: columns of the terminal; nil when there is none, and the text stays one line.
    func wrapped(_ width: Int?) -> [String] {
        guard let width, count > width else { return [self] }
        var lines: [String] = []
        var line = ""
        for word in split(separator: " ") {
            if !line.isEmpty, line.count + 1 + word.count > width {
                lines.append(line)
                line = ""
            }
            line += (line.isEmpty ? "" : " ") + word
        }
        return lines + [line]
    }
}
