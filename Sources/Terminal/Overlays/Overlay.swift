/// Overlays the screen and gets the keys.
enum Overlay: Equatable, Sendable {
    case help(top: Int)
    case menu(Menu)
    case prompt(Prompt)
    case question(Question)
}

/// Asks before something is done.
struct Question: Equatable, Sendable {
    enum Purpose: Sendable {
        /// Packets are to be observed: what that adds to the kernel.
        case observe
        /// They are to be observed no longer: what is lost.
        case stop
    }

    var purpose: Purpose
    var lines: [String]
    /// The first line that is shown.
    private(set) var top = 0

    init(_ purpose: Purpose, _ lines: [String]) { (self.purpose, self.lines) = (purpose, lines) }

    mutating func scroll(by distance: Int) { top = max(0, min(top + distance, lines.count - 1)) }
}

/// A list of columns to choose from.
struct Menu: Equatable, Sendable {
    enum Purpose: Sendable { case sort, columns }

    struct Item: Equatable, Sendable {
        /// The column's name.
        var name: String
        var title: String
        var isMarked: Bool
    }

    var purpose: Purpose
    var items: [Item]
    var selected = 0

    mutating func move(_ key: Key) {
        switch key {
        case .up, .character("k"): selected = max(0, selected - 1)
        case .down, .character("j"): selected = min(items.count - 1, selected + 1)
        case .home, .pageUp, .character("g"): selected = 0
        case .end, .pageDown, .character("G"): selected = max(0, items.count - 1)
        default: break
        }
    }
}

/// A line of text input.
struct Prompt: Equatable, Sendable {
    enum Purpose: Sendable { case filter, search, export, observe, time }

    var purpose: Purpose
    private(set) var text: [Character]
    /// The insertion position.
    private(set) var position: Int
    /// The text at the beginning.
    let original: String
    /// Why the text was rejected.
    var complaint: String?
    /// How it may go on.
    var hints: [String] = []

    init(_ purpose: Purpose, _ text: String) {
        self.purpose = purpose
        original = text
        self.text = Array(text)
        position = self.text.count
    }

    var typed: String { String(text) }

    /// The text before the cursor.
    var before: String { String(text[..<position]) }

    static let longest = 500

    /// - Returns: whether the key was for editing.
    mutating func take(_ key: Key) -> Bool {
        (complaint, hints) = (nil, [])
        switch key {
        case .character(let character) where text.count < Self.longest && character.isTypable:
            text.insert(character, at: position)
            position += 1
        case .backspace, .control("h"):
            if position > 0 {
                position -= 1
                text.remove(at: position)
            }
        case .delete, .control("d"): if position < text.count { text.remove(at: position) }
        case .left, .control("b"): position = max(0, position - 1)
        case .right, .control("f"): position = min(text.count, position + 1)
        case .home, .control("a"): position = 0
        case .end, .control("e"): position = text.count
        case .control("u"):
            text.removeSubrange(..<position)
            position = 0
        case .control("k"): text.removeSubrange(position...)
        case .control("w"): eraseWord()
        default: return false
        }
        return true
    }

    /// Completes what is in front of the cursor.
    mutating func replace(before completed: String) {
        text = Array((Array(completed) + text[position...]).prefix(Self.longest))
        position = min(completed.count, text.count)
    }

    private mutating func eraseWord() {
        var start = position
        while start > 0, text[start - 1] == " " { start -= 1 }
        while start > 0, text[start - 1] != " " { start -= 1 }
        text.removeSubrange(start..<position)
        position = start
    }
}

extension Character {
    fileprivate var isTypable: Bool { !unicodeScalars.contains { $0.properties.generalCategory == .control } }
}
