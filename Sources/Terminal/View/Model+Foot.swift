import Reports

/// The last line of the screen: keys, a sentence, or the line that is typed.
extension Model {
    var footLine: Line {
        if let notice { return Line([Run(notice.safe.fitted(to: width), .caution)]) }
        if case .prompt(let prompt) = overlay { return promptLine(prompt) }
        let shown = shownFootKeys
        var line = Line(shown.flatMap { [Run(" \($0.label)", .key), Run(" \($0.words) ", .bar)] })
        line.runs.append(Run(String(repeating: " ", count: max(0, width - line.width)), .bar))
        return line
    }

    /// What a click on the line presses; nil beside the keys, and while they are not shown.
    func footKey(at column: Int) -> Key? {
        if notice != nil { return nil }
        if case .prompt = overlay { return nil }
        var start = 0
        for shown in shownFootKeys {
            start += shown.width
            if column < start { return shown.key }
        }
        return nil
    }

    private struct FootKey {
        var key: Key
        var label: String
        var words: String

        init(_ key: Key, _ label: String, _ words: String) { (self.key, self.label, self.words) = (key, label, words) }

        init(_ character: Character, _ words: String) { self.init(.character(character), String(character), words) }

        var width: Int { label.width + words.width + 3 }
    }

    /// As many as fit.
    private var shownFootKeys: [FootKey] {
        let keys: [FootKey] =
            switch overlay {
            case .question(let question):
                [FootKey("y", question.purpose == .observe ? "Observe" : "Stop"), FootKey("n", "Cancel")]
            case .help: [FootKey(.escape, "Esc", "Close")]
            case .menu(let menu):
                [FootKey(.enter, "Enter", menu.purpose == .sort ? "Sort" : "Done"), FootKey(.escape, "Esc", "Close")]
            case .prompt, nil: footKeys
            }
        var used = 0
        return Array(
            keys.prefix {
                used += $0.width
                return used <= width
            })
    }

    /// The keys that do something on this tab, the most important first.
    private var footKeys: [FootKey] {
        var keys = [FootKey("?", "Help")]
        if shownTrouble != nil { keys.insert(FootKey(.escape, "Esc", "Dismiss"), at: 0) }
        if canFilter { keys.append(FootKey("/", "Filter")) }
        keys.append(FootKey("q", "Quit"))
        if isRecord {
            keys += [FootKey("[", "Back"), FootKey("]", "On"), FootKey("(", "Last event"), FootKey(")", "Next event")]
            keys.append(FootKey("b", "Go to"))
        }
        if !isDetailed, places.contains(where: { $0.before.tab == tab }) {
            keys.append(FootKey(.escape, "Esc", "Back"))
        }
        if canDrillDown {
            keys.append(FootKey(.enter, "Enter", tab == .table ? "Entries" : tab == .events ? "Entry" : "Flows"))
        }
        if tab == .services { keys.append(FootKey(.character(" "), "Space", "Servers")) }
        if canDetail { keys.append(FootKey("i", "Detail")) }
        if tab == .flows || tab == .table { keys.append(FootKey("t", "Talkers")) }
        if tab == .servers { keys.append(FootKey("t", servers.isGrouped ? "By service" : "By server")) }
        if isDetailed { keys.append(FootKey("J", "Down")) }
        if canSort { keys.append(FootKey("s", "Sort")) }
        if tab == .health, !isCapture {
            if historyZoom.canZoom(in: false) { keys.append(FootKey("-", "Zoom out")) }
            if historyZoom.canZoom(in: true) { keys.append(FootKey("+", "Zoom in")) }
        }
        if !isRecord { keys.append(FootKey("f", isFrozen ? "Resume" : "Freeze")) }
        if isLive { keys.append(FootKey("o", isObserving ? "Stop observing" : "Observe")) }
        if canSort { keys.append(FootKey("c", "Columns")) }
        if canFilter { keys.append(search?.tab == tab ? FootKey("n", "Next") : FootKey("\\", "Search")) }
        keys.append(FootKey("x", "Export"))
        if canFollow { keys.append(FootKey("F", "Follow")) }
        keys.append(FootKey("w", "Write settings"))
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
        case .search: "Search: "
        case .export: "Export to: "
        case .observe: "Observe ADDRESS[:PORT]: "
        case .time: "Go to: "
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
