/// Prose in lines of at most so many columns.
struct WrappedText {
    private var width: Int
    private var indent: String

    /// - Parameter width: columns, with the indent; a word that is longer keeps its line to itself.
    init(width: Int, indent: Int = 0) {
        self.width = width
        self.indent = String(repeating: " ", count: indent)
    }

    func lines(_ text: String) -> [String] {
        var lines: [String] = []
        var line = ""
        for word in text.printable.split(separator: " ") {
            if line.isEmpty {
                line = indent + word
            } else if line.count + 1 + word.count <= width {
                line += " " + word
            } else {
                lines.append(line)
                line = indent + word
            }
        }
        return line.isEmpty ? lines : lines + [line]
    }
}
