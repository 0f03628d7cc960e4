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
        get { self[keyPath: listPath] }
        set { self[keyPath: listPath] = newValue }
    }

    private var listPath: WritableKeyPath<Model, ListState> {
        switch tab {
        case .services: \.services.list
        case .servers: \.servers.list
        case .flows: \.flows.list
        case .drops: \.drops.list
        case .table: \.table.list
        case .events: \.events.list
        case .findings: \.findings.list
        case .health: \.health
        }
    }

    /// Rows that can be selected or scrolled to.
    var listCount: Int {
        switch tab {
        case .services: services.lines.count
        case .servers: servers.lines.count
        case .flows: flows.shownCount
        case .drops: drops.rows.count
        case .table: table.shownCount
        case .events: events.count
        case .findings: findingsCount
        case .health: healthLines.count
        }
    }

    var serviceColumns: [Column<ServiceLine, ServiceColumn.Context>] {
        ServiceColumn.columns(
            isObserving: isObserving, hasSynced: director.store.counts[.synced] > 0, isCapture: isCapture)
    }

    var serverColumns: [Column<ServerLine, AddressNames>] {
        ServerColumn.columns(
            isObserving: isObserving, hasSynced: director.store.counts[.synced] > 0, isRecord: isRecord)
    }

    var flowColumns: [Column<FlowRow, FlowColumn.Context>] {
        FlowColumn.columns(hasDetails: director.store.hasDetails, isCapture: isCapture, isRecord: isRecord)
    }

    var entryColumns: [Column<Entry, EntryColumn.Context>] {
        EntryColumn.columns(haveStarts: table.entries.haveStarts)
    }

    /// Of who has the connections.
    var flowTalkerColumns: [Column<TallyRow, TalkerColumn.Context>] {
        TalkerColumn.columns(flows.talkers, "FLOWS")
    }

    /// Of what fills the table.
    var entryTalkerColumns: [Column<TallyRow, TalkerColumn.Context>] {
        TalkerColumn.columns(table.talkers, "ENTRIES")
    }

    /// Whether rows are counted instead of shown.
    var showsTalkers: Bool {
        tab == .flows && flows.talkers.areShown || tab == .table && table.talkers.areShown
    }

    var columns: [ColumnTitle] {
        switch tab {
        case .services: serviceColumns.map { ColumnTitle($0) }
        case .servers: serverColumns.map { ColumnTitle($0) }
        case .flows where flows.talkers.areShown: flowTalkerColumns.map { ColumnTitle($0) }
        case .flows: flowColumns.map { ColumnTitle($0) }
        case .drops: DropColumn.columns.map { ColumnTitle($0) }
        case .table where table.talkers.areShown: entryTalkerColumns.map { ColumnTitle($0) }
        case .table: entryColumns.map { ColumnTitle($0) }
        case .events, .findings, .health: []
        }
    }

    /// Whether the row that the cursor is on is shown in full, below the list.
    var isDetailed: Bool {
        get { canDetail && list.isDetailed }
        set {
            list.isDetailed = newValue
            list.startDetail()
            keepListsInPlace()
        }
    }

    /// Changes the list, given its length.
    mutating func change(list change: (inout ListState, _ count: Int, _ page: Int) -> Bool) -> Bool {
        standAtEndOfStream()
        var list = list
        let (count, page) = (listCount, page)
        let isChanged = change(&list, count, page)
        if tab == .events, isChanged { pauseStream(isAtEnd: list.selected >= count - 1) }
        if isChanged, list.selected != self.list.selected { list.startDetail() }
        self.list = list
        if isChanged { choose() }
        return isChanged
    }

    /// The cursor is on a row that was chosen, and stays with it.
    mutating func choose() {
        // What is looked at is no place in the list.
        if isDetailed || list.follows { list.choose() }
        list.startDetail()
        switch tab {
        case .services: services.choose()
        case .servers: servers.choose()
        case .flows: flows.choose(in: director.store)
        case .drops: drops.choose()
        case .table: table.choose()
        case .findings: findings.choose(in: director.findings)
        case .events, .health: break
        }
    }

    /// Unless scrolled back, a stream stays at its end, where lines arrive.
    mutating func standAtEndOfStream() {
        guard tab == .events, !events.isPaused else { return }
        events.list.select(.max, of: events.count, page: page)
    }

    /// While scrolled back, the stream must not move.
    private mutating func pauseStream(isAtEnd: Bool) {
        if isFrozen || isRecord { return }
        if isAtEnd { events.goOn() } else { events.pause() }
    }

    mutating func keepListsInPlace() {
        let (count, page) = (listCount, page)
        list.select(list.selected, of: count, page: page)
    }
}
