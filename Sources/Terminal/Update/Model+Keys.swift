import Conntrack
import Inspection
import Reports

extension Model {
    /// Handles a key: first by an overlay, then by the bindings of all tabs, then by the list.
    mutating func press(_ key: Key) -> [Effect] {
        notice = nil
        if let overlay { return press(key, over: overlay) }
        if isRecord, let effects = pressInRecord(key) { return effects }
        if let effects = pressGlobal(key) { return effects }
        pressInTab(key)
        return []
    }

    private mutating func pressGlobal(_ key: Key) -> [Effect]? {
        switch key {
        case .character("q"), .function(10), .control("c"): return [.quit]
        case .control("z"): return [.suspend]
        case .control("l"): return [.redraw]
        case .control("r"), .function(5):
            if !isCapture { return [.read] }
            notice = "a capture is read once"
        case .character("?"), .character("h"), .function(1): overlay = .help(top: 0)
        case .character(let digit) where ("1"..."8").contains(digit):
            if let number = digit.wholeNumberValue { turn(to: Tab.allCases[number - 1]) }
        case .tab: turn(by: 1)
        case .backTab: turn(by: -1)
        case .character(" ") where tab == .services: openService(key)
        case .character("f"), .character(" "): toggleFreeze()
        case .character("/"), .function(4): openFilter()
        case .character("\\"), .function(3): openSearch()
        case .character("n"): searchOn(isForward: true)
        case .character("N"): searchOn(isForward: false)
        case .escape: leave()
        case .character("s"), .function(6): openMenu(.sort)
        case .character("<"), .character(","): sortByNeighbour(-1)
        case .character(">"), .character("."): sortByNeighbour(1)
        case .character("["): changeInterval(-1)
        case .character("]"): changeInterval(1)
        case .character("c"), .function(2): openMenu(.columns)
        case .character("r"): reverse()
        case .character("o"): toggleObservation()
        case .character("z"): restartWindow()
        case .character("Z"): changeSpan()
        case .character("l"): toggleNames()
        case .character("w"): return [.saveSettings]
        case .character("x"): overlay = .prompt(Prompt(.export, exportPath))
        default: return nil
        }
        return []
    }

    private mutating func pressInTab(_ key: Key) {
        let hasSelection = tab.hasSelection
        if change(list: { $0.move(key, of: $1, page: $2, hasSelection: hasSelection) }) { return }
        switch (tab, key) {
        case (_, .character("F")) where canFollow: follow()
        case (_, .enter) where canDrillDown: drillDown()
        case (.services, .character("+")), (.services, .character("-")): openService(key)
        case (.health, .character("+")): zoomHistory(in: true)
        case (.health, .character("-")): zoomHistory(in: false)
        case (_, .left): moveSideways(by: -1)
        case (_, .right): moveSideways(by: 1)
        case (_, .character("J")) where isDetailed: scrollDetail(by: 1)
        case (_, .character("K")) where isDetailed: scrollDetail(by: -1)
        case (_, .enter) where canDetail, (_, .character("i")) where canDetail: toggleDetail()
        case (.flows, .character("t")), (.table, .character("t")): nextTalkers()
        case (.servers, .character("t")):
            servers.toggleGrouping(director, page: page)
            keepListsInPlace()
        default: notice = refusal(of: key)
        }
    }

    /// What was opened last is closed first.
    private mutating func leave() {
        if isDetailed {
            isDetailed = false
        } else if shownTrouble != nil {
            isTroubleDismissed = true
        } else if !goBack() {
            clearFilter()
        }
    }

    // MARK: The cursor

    private mutating func toggleDetail() {
        chooseSelected()
        isDetailed.toggle()
    }

    /// The selected row is the one that is meant from now on.
    private mutating func chooseSelected() {
        list.choose()
        choose()
    }

    private mutating func follow() {
        guard list.hold != .nobody else {
            notice = "it is gone: move to another row to follow that"
            return list.follows = false
        }
        list.follows.toggle()
        if list.follows { chooseSelected() }
    }

    // MARK: Tabs

    mutating func turn(to tab: Tab) {
        self.tab = tab
        if tab == .events { events.isWanted = true }
        arrange()
    }

    private mutating func turn(by distance: Int) {
        let count = Tab.allCases.count
        turn(to: Tab.allCases[(tab.number - 1 + distance + count) % count])
    }

    /// Events continue behind a paused stream, so that none is lost.
    mutating func toggleFreeze() {
        if !events.isPaused { events.list.select(.max, of: events.count, page: page) }
        isFrozen.toggle()
        if isFrozen { events.pause() } else { events.goOn() }
    }

    private mutating func openService(_ key: Key) {
        guard let identity = services.selected?.identity else { return }
        switch (identity, key) {
        case (.service(let service), .character("+")): services.expand(service)
        case (.service(let service), .character(" ")):
            if services.open.contains(service) { services.collapse(service) } else { services.expand(service) }
        case (.service(let service), _): services.collapse(service)
        case (.server(let service, _), .character("-")): services.collapse(service)
        case (.server, _), (.unknown, _): notice = "only services have real servers to show"
        }
        arrange()
    }

    private mutating func nextTalkers() {
        if tab == .flows { flows.talkers.goOn(&flows.list) } else { table.talkers.goOn(&table.list) }
        list.forgetWidths()
        arrange()
    }
}
