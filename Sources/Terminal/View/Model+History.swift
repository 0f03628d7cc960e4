import Inspection
import Reports

/// What has become of the director over time: a row for each figure, all of the same span, each with its own scale.
extension Model {
    /// Empty for a capture, which is of one moment.
    var historyLines: [Line] {
        if isCapture { return [] }
        let rows = DirectorHistory.Series.allCases.filter(director.history.known.contains)
        let step = UInt32(historyZoom.step)
        let chart = chartWidth
        let span = AgeText.of(step * UInt32(chart))
        let title = " \(span), \(AgeText.of(step)) a column" + (setting.isPrinted ? "" : " (+ -)")
        let heading = Line([Run("History ", .strong), Run(title.cut(to: max(0, width - 8)))])
        if rows.isEmpty {
            return [heading, Line([Run("Nothing has been \(isRecord ? "recorded" : "read") yet.", .dim)])]
        }
        return [heading] + rows.map { historyRow($0, chart) } + [axis(chart, step)]
    }

    private static let nameWidth = 12
    private static let figureWidth = 8

    /// Columns of the chart, between the present value and the scale.
    private var chartWidth: Int { max(4, width - Self.nameWidth - 2 * Self.figureWidth - 6) }

    private func historyRow(_ series: DirectorHistory.Series, _ chart: Int) -> Line {
        let values = director.history.means(series, every: historyZoom.step, count: chart)
        let most = values.compactMap(\.self).max() ?? 0
        let missing = String(repeating: " ", count: max(0, chart - values.count))
        let latest = director.history.latest(series)
        let isBad = series.isBad && most > 0
        return Line([
            Run(series.name.fitted(to: Self.nameWidth), .dim),
            Run((latest.map(series.figure) ?? "-").fitted(to: Self.figureWidth, alignsRight: true) + " "),
            Run(missing + glyphs.history(values, width: chart, most: most), isBad ? .bad : .good),
            Run(" " + ("max " + series.figure(most)).fitted(to: Self.figureWidth + 4), .dim),
        ])
    }

    /// When the first column was, the middle, and now.
    private func axis(_ chart: Int, _ step: UInt32) -> Line {
        let blank = String(repeating: " ", count: Self.nameWidth + Self.figureWidth + 1)
        let first = "-" + AgeText.of(step * UInt32(chart))
        let middle = "-" + AgeText.of(step * UInt32(chart / 2))
        let half = max(0, chart - chart / 2)
        let end = isRecord ? "then" : "now"
        let text = first.fitted(to: max(0, chart / 2)) + middle.fitted(to: max(0, half - end.count)) + end
        return Line([Run(blank + (chart < 24 ? first.fitted(to: max(0, chart - end.count)) + end : text), .dim)])
    }

    /// Zooms the history.
    mutating func zoomHistory(in isCloser: Bool) {
        guard !isCapture else { return notice = "a capture has no history" }
        guard historyZoom.zoom(in: isCloser) else {
            return notice =
                "\(AgeText.of(UInt32(historyZoom.step))) a column is the \(isCloser ? "shortest" : "longest")"
        }
        notice = "history: \(AgeText.of(UInt32(historyZoom.step))) a column"
    }

    // MARK: The header

    /// The table's fill and what goes on, for every tab; the shorter ones for narrow screens.
    var vitals: [String] {
        let fill = director.health.statistics?.fill.map { "fill \(Figures.percent($0)) " } ?? ""
        if isCapture { return [fill] }
        let rates = [
            ("new", director.history.latest(.created)), ("dropped", director.history.latest(.dropped)),
            ("refused", director.history.latest(.refused).flatMap { $0 > 0 ? $0 : nil }),
        ].compactMap { name, rate in rate.map { "\(name) \(Figures.rate($0))/s " } }.joined()
        return rates.isEmpty ? [fill] : [fill + rates, fill]
    }
}

extension DirectorHistory.Series {
    fileprivate var name: String {
        switch self {
        case .fill: "fill"
        case .connections: "connections"
        case .created: "created/s"
        case .destroyed: "destroyed/s"
        case .new: "NEW pkt/s"
        case .established: "EST pkt/s"
        case .related: "REL pkt/s"
        case .invalid: "INV pkt/s"
        case .untracked: "UNTR pkt/s"
        case .dropped: "dropped/s"
        case .refused: "refused/s"
        }
    }

    fileprivate var isBad: Bool { self == .dropped || self == .refused || self == .invalid }

    fileprivate func figure(_ value: Double) -> String {
        switch self {
        case .fill: Figures.percent(value)
        case .connections: Figures.count(UInt64(max(0, min(value.rounded(), 1e15))))
        default: Figures.rate(value)
        }
    }
}
