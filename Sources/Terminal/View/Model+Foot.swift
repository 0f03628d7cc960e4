import Reports

/// The last line of the screen: keys, a sentence, or the line that is typed.
extension Model {
    var footLine: Line {
        if let notice { return Line([Run(notice.safe.fitted(to: width), .caution)]) }
        if case .prompt(let prompt) = overlay { return promptLine(prompt) }
        var line = Line()
        let keys: [(String, String)] =
            if case .question(let question) = overlay {
                [("y", question.purpose == .observe ? "Observe" : "Stop"), ("n", "Cancel")]
            } else {
                footKeys
            }
        for (key, words) in keys {
            let pair = [Run(" \(key)", .key), Run(" \(words) ", .bar)]
            if line.width + pair.reduce(0, { $0 + $1.text.width }) > width { break }
            line.runs += pair
        }
        line.runs.append(Run(String(repeating: " ", count: max(0, width - line.width)), .bar))
        return line
    }

    /// The keys that do something on this tab, the most important first.
    private var footKeys: [(String, String)] {
        var keys = [("?", "Help")]
        if shownTrouble != nil { keys.insert(("Esc", "Dismiss"), at: 0) }
        if canFilter { keys.append(("/", "Filter")) }
        keys.append(("q", "Quit"))
        if tab == .services { keys.append(("Enter", "Servers")) }
        if canDetail { keys.append(("Enter", "Detail")) }
        if tab == .table { keys.append(("t", "Talkers")) }
        if tab == .servers { keys.append(("t", servers.isGrouped ? "By service" : "By server")) }
        if isDetailed { keys.append(("J K", "Scroll")) }
        if canSort { keys.append(("s", "Sort")) }
        keys.append(("f", isFrozen ? "Resume" : "Freeze"))
        if !isCapture { keys.append(("o", isObserving ? "Stop observing" : "Observe")) }
        if canSort { keys.append(("c", "Columns")) }
        keys.append(("x", "Export"))
        if canFollow { keys.append(("F", "Follow")) }
        return keys
    }

    func promptLine(_ prompt: Prompt) -> Line {
        Line([Run(prompt.label, .key), Run(prompt.tail(in: width - prompt.label.width - 1))])
    }
}

extension Prompt {
    var label: String {
        switch purpose {
        case .filter: "Filter: "
        case .export: "Export to: "
        case .observe: "Observe ADDRESS[:PORT]: "
        }
    }

    /// The end of the text that fits, so that the cursor is visible.
    func tail(in width: Int) -> String {
        var (shown, before) = (typed, self.before)
        while before.width > max(1, width), !shown.isEmpty {
            shown.removeFirst()
            before.removeFirst()
        }
        return shown
    }

    /// Cells before the cursor.
    func cursor(in width: Int) -> Int {
        label.width + min(before.width, max(1, width - label.width - 1))
    }
}
