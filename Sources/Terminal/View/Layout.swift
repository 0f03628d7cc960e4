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
}
