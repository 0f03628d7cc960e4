import Addresses
import Conntrack
import Inspection
import Reports

/// Draws the model. Pure: the same model gives the same screen.
package func view(_ model: Model) -> Screen {
    let layout = model.layout
    var lines = [model.headLine, model.tabLine] + layout.banner
    lines += model.listLines(layout)
    while lines.count < model.size.rows - 1 - layout.detail { lines.append(Line()) }
    if layout.detail > 0 { lines += model.detailBlock(layout.detail) }
    lines = Array(lines.prefix(max(0, model.size.rows - 1)))
    lines.append(model.setting.isPrinted ? Line() : model.footLine)
    var screen = Screen(lines, size: model.size)
    if let overlay = model.overlay { model.draw(overlay, over: &screen) }
    return screen
}

extension Model {
    // MARK: Head

    /// What is shown, and its age. Less important parts are dropped if space is short.
    var headLine: Line {
        let fresh = setting.isPrinted && isLive ? director.now.text : freshness
        var states: [Run] = []
        if isFrozen { states.append(Run("FROZEN ", .key)) }
        let netns = setting.networkNamespace.map { " netns \($0)" } ?? ""
        let names = [
            "\(setting.host)\(netns) \(setting.kernelRelease) ", "\(setting.host)\(netns) ", "\(setting.host) ", "",
        ]
        // What goes on matters more than the kernel's release, and less than where it is.
        let routes = vitals.flatMap { vital in names.dropLast().map { $0 + vital } } + names.suffix(2)
        if isObserving {
            let isRoomy = names[1].safe.width + Self.name.width + fresh.width + observedSpan.width + 10 <= width
            states.append(Run("OBSERVING " + (isRoomy ? observedSpan : ""), .key))
        }
        let used = states.reduce(Self.name.width + fresh.width) { $0 + $1.text.width }
        let route = routes.map(\.safe).first { $0.width + used <= width } ?? ""
        let runs = [Run(Self.name, .bar), Run(route, .bar)] + states
        let rest = max(0, width - runs.reduce(0) { $0 + $1.text.width })
        return Line(runs + [Run(fresh.fitted(to: rest, alignsRight: true), .bar)])
    }

    private static let name = " ct-inspect "

    /// How long the packets came that findings are about, and how many of them were lost: `1m00s: 0 dropped `.
    private var observedSpan: String {
        director.observation.window.map {
            "\(AgeText.of(UInt32(clamping: $0.milliseconds / 1000))): \($0.droppedPackets) dropped "
        } ?? ""
    }

    private var freshness: String {
        if isRecord { return recordedMoment }
        if let taken = setting.captureTakenAt { return "capture of \(taken.rfc3339) " }
        let reading = director.reading
        let isRunning = reading.isRunning && !isFrozen
        guard let finished = reading.finished else {
            return isRunning ? "reading: \(reading.rows) rows " : "not read yet "
        }
        var text = "read \(AgeText.of(second &- finished)) ago, took \(Figures.time(reading.took))"
        if reading.pause > .milliseconds(1500) { text += ", every \(Figures.time(reading.pause + reading.took))" }
        if isRunning, reading.rows > Self.manyRows { text = "reading: \(reading.rows) rows; last " + text }
        if director.events.isResyncing { text = (isFrozen ? "events lost; " : "events lost: rereading; ") + text }
        return text + " "
    }

    private static let manyRows = 50_000

    // MARK: Tabs

    struct TabTitle {
        var tab: Tab
        var text: String
        var columns: Range<Int>
    }

    /// Between two tabs, for the brackets around the current one, of which neighbours share one if space is short.
    private var tabGap: Int { titleLength(\.title) + Tab.allCases.count <= tabRoom ? 2 : 1 }

    /// What is said beside the tabs has some room, too.
    private var tabRoom: Int { width - 22 }

    private func titleLength(_ title: (Tab) -> String) -> Int { Tab.allCases.reduce(1) { $0 + title($1).count + 3 } }

    /// Short names if long ones do not fit, and only numbers if those do not either.
    var tabTitles: [TabTitle] {
        let name: ((Tab) -> String)? =
            titleLength(\.title) <= tabRoom ? \.title : titleLength(\.shortTitle) <= tabRoom ? \.shortTitle : nil
        var (titles, column) = ([TabTitle](), 0)
        for tab in Tab.allCases {
            let name = name?(tab) ?? (tab == self.tab ? tab.title : nil)
            let text = "\(tab.number)" + (name.map { " \($0)" } ?? "")
            titles.append(TabTitle(tab: tab, text: text, columns: column..<column + text.count + tabGap))
            column += text.count + tabGap
        }
        return titles
    }

    var tabLine: Line {
        var (line, isBehind) = (Line(), false)
        func edge(_ isCurrent: Bool, _ bracket: String) {
            line.runs.append(Run(isCurrent ? bracket : " ", isCurrent ? .key : .plain))
        }
        for title in tabTitles {
            let isShown = title.tab == tab
            // The current tab has brackets if there may be no colors.
            edge(isShown || isBehind, isShown ? "[" : "]")
            line.runs.append(Run(title.text, isShown ? .key : .plain))
            if tabGap == 2 { edge(isShown, "]") } else { isBehind = isShown }
        }
        if isBehind { edge(true, "]") }
        let room = width - line.width
        let state = listStateText(in: room - 1)
        if !state.isEmpty { line.runs.append(Run(state.fitted(to: room, alignsRight: true), .dim)) }
        return line
    }

    /// The position in the list, and what the cursor is on: what comes first is dropped first if space is short.
    private func listStateText(in room: Int) -> String {
        var words: [String] = []
        let list = list
        if tab == .flows, let subject = flows.talkers.subject { words.append("top \(subject.rawValue)") }
        if tab == .table, let subject = table.talkers.subject { words.append("top \(subject.rawValue)") }
        if list.follows { words.append("following") }
        if list.hold == .nobody { words.append(isSelectionGone ? "gone" : "not in the list") }
        if tab == .events, events.isPaused, !isRecord { words.append("paused, +\(events.waiting)") }
        let count = listCount
        let position = tab == .events && !events.isPaused ? count : list.cursor.map { min($0 + 1, count) }
        if count > 0, tab != .health, tab != .findings { words.append("\(position.map(String.init) ?? "-")/\(count)") }
        while words.joined(separator: "  ").width > room, !words.isEmpty { words.removeFirst() }
        return words.joined(separator: "  ")
    }

    /// Whether what the cursor stays with has ended; if not, the filter hides it.
    private var isSelectionGone: Bool {
        switch tab {
        case .services: services.selected == nil
        case .servers: servers.selected == nil
        case .flows: selectedFlow == nil
        case .drops: drops.selected == nil
        case .table: table.selectedEntry == nil
        case .events, .findings, .health: true
        }
    }
}
