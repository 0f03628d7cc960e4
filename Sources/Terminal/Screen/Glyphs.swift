/// Characters that a terminal may lack: if its locale is not UTF-8, ASCII replaces them.
package struct Glyphs: Equatable, Sendable {
    package var isUnicode: Bool

    package init(isUnicode: Bool) { self.isUnicode = isUnicode }

    var ascending: String { isUnicode ? "▲" : "^" }
    var descending: String { isUnicode ? "▼" : "v" }
    var open: String { isUnicode ? "▾" : "-" }
    var closed: String { isUnicode ? "▸" : "+" }
    var more: String { isUnicode ? "…" : "..." }
    var rule: String { isUnicode ? "─" : "-" }

    /// Of a box.
    var frame: Frame { isUnicode ? .drawn : .typed }

    struct Frame {
        var upper: (left: String, right: String)
        var lower: (left: String, right: String)
        var horizontal: String
        var vertical: String

        static var drawn: Frame { Frame(upper: ("┌", "┐"), lower: ("└", "┘"), horizontal: "─", vertical: "│") }
        static var typed: Frame { Frame(upper: ("+", "+"), lower: ("+", "+"), horizontal: "-", vertical: "|") }
    }

    private var levels: [Character] { Array(isUnicode ? "▁▂▃▄▅▆▇█" : "_.-=+*#@") }

    /// A history line, the newest value last; the greatest value has full height. Zero is the lowest character, unknown a blank.
    func history(_ values: [Double?], width: Int, most: Double? = nil) -> String {
        let shown = values.suffix(width)
        let most = most ?? shown.compactMap(\.self).max() ?? 0
        let levels = levels
        return String(
            shown.map { value in
                guard let value else { return " " }
                guard most > 0, value > 0 else { return levels[0] }
                let height = Int((value / most * Double(levels.count - 1)).rounded(.up))
                return levels[min(max(height, 1), levels.count - 1)]
            })
    }

    /// A bar that is full at 1.
    func gauge(_ share: Double, width: Int) -> String {
        let full = Int((min(max(share, 0), 1) * Double(width)).rounded())
        return String(repeating: isUnicode ? "█" : "#", count: full)
            + String(repeating: isUnicode ? "░" : ".", count: width - full)
    }
}
