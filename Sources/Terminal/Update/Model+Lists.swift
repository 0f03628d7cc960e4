import Conntrack
import Inspection

/// The parts of a column common to all tabs.
struct ColumnTitle {
    var name: String
    var title: String
    var beginsDescending: Bool

    init<Row, Context>(_ column: Column<Row, Context>) {
        (name, title, beginsDescending) = (column.name, column.title, column.beginsDescending)
    }
}

/// The list of the current tab.
extension Model {
    var list: ListState {
        get {
            switch tab {
            case .services: services.list
            case .flows: flows.list
            case .table: table.list
            case .events: events.list
            case .health: health.list
            }
        }
        set {
            switch tab {
            case .services: services.list = newValue
            case .flows: flows.list = newValue
            case .table: table.list = newValue
            case .events: events.list = newValue
            case .health: health.list = newValue
            }
        }
    }

    /// Rows that can be selected or scrolled to.
    var listCount: Int {
        switch tab {
        case .services: services.lines.count
        case .flows: flows.order.count
        case .table: table.shownCount
        case .events: events.count
        case .health: healthCount
        }
    }

    var serviceColumns: [Column<ServiceLine, Glyphs>] {
        ServiceColumn.columns(
            isObserving: isObserving, hasSynced: director.store.counts[.synced] > 0, isCapture: isCapture)
    }

    var flowColumns: [Column<FlowRow, FlowColumn.Context>] {
        FlowColumn.columns(hasDetails: director.store.hasDetails, isCapture: isCapture)
    }

    var columns: [ColumnTitle] {
        switch tab {
        case .services: serviceColumns.map { ColumnTitle($0) }
        case .flows: flowColumns.map { ColumnTitle($0) }
        case .table: table.talkers == nil ? EntryColumn.columns.map { ColumnTitle($0) } : []
        case .events, .health: []
        }
    }

    var isDetailed: Bool {
        get {
            switch tab {
            case .flows: flows.isDetailed
            case .table: table.isDetailed && table.talkers == nil
            case .health: health.isDetailed
            case .services, .events: false
            }
        }
        set {
            if tab == .flows { flows.isDetailed = newValue }
            if tab == .health { health.isDetailed = newValue }
            if tab == .table { table.isDetailed = newValue }
            keepListsInPlace()
        }
    }

    /// Changes the list, given its length.
    mutating func change(list change: (inout ListState, _ count: Int, _ page: Int) -> Bool) -> Bool {
        standAtEndOfStream()
        var list = list
        let (count, page) = (listCount, page)
        let isChanged = change(&list, count, page)
        if tab == .events, isChanged { pauseStream(isAtEnd: list.top >= count - page) }
        self.list = list
        if isChanged { choose() }
        return isChanged
    }

    /// The cursor is on a row that was chosen, and stays with it.
    mutating func choose() {
        // What is looked at is no place in the list.
        if isDetailed || list.follows { list.choose() }
        if tab == .flows { flows.choose(in: director.store) }
        if tab == .table { table.choose() }
        if tab == .health { health.choose(in: director.findings) }
    }

    /// Unless scrolled back, a stream stays at its end, where lines arrive.
    mutating func standAtEndOfStream() {
        guard tab == .events, !events.isPaused else { return }
        events.list.select(.max, of: events.count, page: page)
    }

    /// While scrolled back, the stream must not move.
    private mutating func pauseStream(isAtEnd: Bool) {
        if isFrozen { return }
        if isAtEnd { events.goOn() } else { events.pause() }
    }

    mutating func keepListsInPlace() {
        let (count, page) = (listCount, page)
        list.select(list.selected, of: count, page: page)
    }

    mutating func point(_ mouse: MouseEvent) -> [Effect] {
        guard overlay == nil else { return [] }
        standAtEndOfStream()
        switch mouse.kind {
        case .wheelUp: return press(.up)
        case .wheelDown: return press(.down)
        case .press, .doublePress:
            if mouse.row == Layout.tabRow, let tab = tabTitles.first(where: { $0.columns.contains(mouse.column) })?.tab
            {
                turn(to: tab)
                return []
            }
            let position = list.top + mouse.row - layout.firstRow
            guard tab != .events, mouse.row >= layout.firstRow, mouse.row < layout.firstRow + page,
                position < listCount
            else {
                return []
            }
            _ = change { list, count, page in
                list.point(at: position, of: count, page: page)
                return true
            }
            return mouse.kind == .doublePress ? press(.enter) : []
        }
    }
}
