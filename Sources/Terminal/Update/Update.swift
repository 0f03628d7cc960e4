import Conntrack
import Inspection

/// Applies an event to the model. Pure: the same model and event give the same model and effects.
///
/// - Returns: what the loop has to do.
package func update(_ model: inout Model, _ event: ScreenEvent) -> [Effect] {
    switch event {
    case .input(let input):
        if !model.isOverlaid { model.keepWidths() }
        switch input {
        case .key(let key): return model.press(key)
        case .mouse(let mouse): return model.point(mouse)
        }
    case .resized(let size):
        model.size = size
        model.list.forgetWidths()
    case .said(let sentence):
        model.notice = sentence
        return []
    case .named(let address, let name): model.names.take(name, of: address)
    case .examined(let key, let entry): model.flows.examined = (key, entry)
    case .director(let change):
        model.take(change)
        if model.tab == .findings {
            model.findings.renew(model.director.findings, of: model.findingsCount, page: model.page)
        }
    }
    if event.changesLayout { model.keepListsInPlace() }
    return []
}

extension Model {
    /// What has to be read for what is shown.
    package var demand: Demand {
        var demand = Demand()
        demand.reads = !isFrozen
        demand.observes = isObserving
        demand.addresses = observedAddresses
        demand.interval = interval
        if tab == .table { demand.entries = table.asked }
        demand.network = tab == .servers
        if events.isWanted { demand.eventKinds = Set(EventKind.allCases) }
        return demand
    }

    /// The flow whose entry is to be looked up, as its details are shown.
    package var examinedFlow: FlowKey? {
        tab == .flows && flows.list.isDetailed && !isFrozen ? selectedFlow.map(director.store.key(of:)) : nil
    }

    var selectedFlow: FlowRow? { flows.selectedRow(in: director.store) }

    /// Takes an entry of the running reading. This is no event: there may be a million.
    package mutating func take(_ entry: Entry) {
        director.take(entry)
        table.take(entry)
    }

    mutating func take(_ change: DirectorChange) {
        switch change {
        case .readingBegan: table.begin(isShown: tab == .table, at: director.elapsed)
        case .rowsCame: if tab != .flows || flows.order.count < Self.enoughRows { renew() }
        case .entriesEnded(let isWhole):
            table.end(isWhole: isWhole, page: page)
        case .readingEnded: renew()
        case .observed, .network: if Self.showsCounts(tab), !isFrozen { arrange() }
        case .observationEnded(let why): endObservation(hasFailed: why != nil)
        case .event(let event): events.take(.event(event))
        case .lost(let messages): events.take(.lost(messages, director.now))
        case .resynced: events.take(.resynced(director.now))
        case .recorded(let lines): show(lines)
        case .statistics, .checked, .packetsSeen: break
        }
    }

    /// Whether it shows what observing packets counts, or the network around.
    static func showsCounts(_ tab: Tab) -> Bool { [.services, .servers, .drops].contains(tab) }

    /// During the first reading, no more are shown than anyone looks at.
    private static let enoughRows = 10_000

    /// Whether many rows are being sorted or searched, which `goOnArranging` does.
    package var isArranging: Bool {
        tab == .flows && flows.isArranging || tab == .table && table.isArranging || isSearching
    }

    /// Does some of it, in about a millisecond.
    package mutating func goOnArranging() {
        if tab == .flows { flows.goOnArranging(director.store, page: page) }
        if tab == .table { table.goOnArranging(page: page) }
        if isSearching { goOnSearching() }
    }

    /// A reading has other rows. The table was arranged when its rows arrived.
    private mutating func renew() {
        if isFrozen || tab == .table { return }
        if tab == .flows { flows.renew(director.store, at: director.elapsed, page: page) } else { arrange() }
    }

    /// Sorts the rows of the tab. Other tabs are sorted when selected.
    mutating func arrange() {
        switch tab {
        case .services: services.arrange(director, page: page)
        case .servers: servers.arrange(director, page: page)
        case .flows: flows.arrange(director.store, page: page)
        case .drops: drops.arrange(director, page: page)
        case .table: table.arrange(page: page)
        case .events, .findings, .health: break
        }
    }

    /// Whether an event changes the screen.
    package var showsEvents: Bool { tab == .events }
}
