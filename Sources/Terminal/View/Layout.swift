import Inspection
import Reports

/// The positions of things on a model's screen.
struct Layout {
    /// The row of the tab names.
    static let tabRow = 1

    /// Between the tabs and the list: what is wrong, and what to do.
    let banner: [Line]
    /// The row of the column titles; nil if there are none.
    let titleRow: Int?
    /// The first row of the list, and its number of rows.
    let firstRow: Int
    let page: Int
    /// Rows of the detail below the list, including its rule.
    let detail: Int
    /// The first of these.
    var detailRow: Int { firstRow + page }

    init(_ model: Model) {
        let banner = model.banner
        self.banner = banner
        let start = Self.tabRow + 1 + banner.count
        titleRow = model.hasTitles ? start : nil
        firstRow = start + (model.hasTitles ? 1 : 0)
        let room = max(1, model.size.rows - firstRow - 1)
        let most = model.tab == .findings ? room - 2 : room * 2 / 3
        detail = model.isDetailed ? max(0, min(most, model.detailLines.count + 1)) : 0
        page = max(1, room - detail)
    }
}

extension Model {
    var layout: Layout { Layout(self) }

    /// Rows of the list on the screen.
    var page: Int { layout.page }

    var hasTitles: Bool { tab != .events && tab != .health }

    var width: Int { size.columns }

    /// What cannot be read, then the worst known problem, how many others there are, and what to do about it, which always has its line. Small screens get the first words.
    var banner: [Line] {
        let most = size.rows < 16 ? 2 : size.rows < 30 ? 4 : 6
        var lines: [Line] = []
        func add(_ text: String, _ ink: Ink) { lines += text.wrapped(to: width).map { Line([Run($0, ink)]) } }
        if let trouble = director.reading.trouble { add(trouble, .bad) }
        if let absence = director.absence, hasIPVS, !tab.needsIPVS { add(absence, .bad) }
        for loss in director.reading.losses.prefix(2) { add("Not complete: \(loss.what): \(loss.why).", .caution) }
        if tab == .servers, let why = director.network?.trouble {
            add("Neighbours and links are not known: \(why).", .caution)
        }
        if let trouble = director.observation.trouble { add(trouble, .caution) }
        for loss in director.observation.last?.losses.prefix(1) ?? [] {
            add("Not complete: \(loss.what): \(loss.why).", .caution)
        }
        for notice in director.observation.last?.notices.prefix(1) ?? [] { add(notice.sentence, .caution) }
        guard tab.needsIPVS, let worst = director.findings.worst else {
            return Array(lines.prefix(most))
        }
        let more = director.findings.count(where: \.isTrouble) - 1
        add("\(worst.id.rawValue)\(more > 0 ? " (\(more) more in Findings)" : ""): \(worst.headline)", .bad)
        let arrow = glyphs.isUnicode ? "→" : "->"
        let next = worst.remedies.nextStep(observing: howToObserve).map { "\(arrow) \($0)" }
        let step = (next?.wrapped(to: width) ?? []).prefix(max(1, most / 3))
        return lines.prefix(most - step.count) + step.map { Line([Run($0, .strong)]) }
    }
}
