import Conntrack
import Inspection
import Reports

extension Model {
    /// Handles a key: first by an overlay, then by the bindings of all tabs, then by the list.
    mutating func press(_ key: Key) -> [Effect] {
        notice = nil
        if let overlay { return press(key, over: overlay) }
        if let effects = pressGlobal(key) { return effects }
        pressInTab(key)
        return []
    }

    private mutating func pressGlobal(_ key: Key) -> [Effect]? {
        switch key {
        case .character("q"), .function(10), .control("c"): return [.quit]
        case .control("z"): return [.suspend]
        case .control("l"): return [.redraw]
        case .control("r"), .function(5): return isCapture ? [] : [.read]
        case .character("?"), .function(1): overlay = .help(top: 0)
        case .character(let digit) where ("1"..."8").contains(digit):
            if let number = digit.wholeNumberValue { turn(to: Tab.allCases[number - 1]) }
        case .tab: turn(by: 1)
        case .backTab: turn(by: -1)
        case .character("f"), .character(" "): toggleFreeze()
        case .character("/"), .function(3), .function(4): openFilter()
        case .escape: if isDetailed { isDetailed = false } else { clearFilter() }
        case .character("s"), .function(6): openMenu(.sort)
        case .character("c"): openMenu(.columns)
        case .character("r"): reverse()
        case .character("o"): toggleObservation()
        case .character("z"): restartWindow()
        case .character("Z"): changeSpan()
        case .character("x"): overlay = .prompt(Prompt(.export, exportPath))
        default: return nil
        }
        return []
    }

    private mutating func pressInTab(_ key: Key) {
        let hasSelection = tab.hasSelection
        if change(list: { $0.move(key, of: $1, page: $2, hasSelection: hasSelection) }) { return }
        switch (tab, key) {
        case (.flows, .character("F")), (.table, .character("F")): follow()
        case (.services, .enter), (.services, .right), (.services, .left), (.services, .character("+")),
            (.services, .character("-")):
            openService(key)
        case (.flows, .enter), (.table, .enter), (.findings, .enter):
            chooseSelected()
            isDetailed.toggle()
        case (.table, .character("t")): nextTalkers()
        case (.servers, .character("t")):
            servers.isGrouped.toggle()
            arrange()
        case (_, .character("J")) where isDetailed: scrollDetail(by: 1)
        case (_, .character("K")) where isDetailed: scrollDetail(by: -1)
        default: break
        }
    }

    // MARK: The cursor

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
        detailTop = 0
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
        guard services.lines.indices.contains(services.list.selected) else { return }
        let identity: ServiceLine.Identity = services.lines[services.list.selected].identity
        switch (identity, key) {
        case (.service(let service), .right), (.service(let service), .character("+")): services.open.insert(service)
        case (.service(let service), .enter):
            if services.open.remove(service) == nil { services.open.insert(service) }
        case (.service(let service), _): services.open.remove(service)
        case (.server(let service, _), .left), (.server(let service, _), .character("-")):
            services.open.remove(service)
        case (.server, _), (.unknown, _): break
        }
        arrange()
    }

    private mutating func nextTalkers() {
        let subjects = EntryTally.Subject.allCases
        if let current = table.talkers, let position = subjects.firstIndex(of: current) {
            table.talkers = subjects.indices.contains(position + 1) ? subjects[position + 1] : nil
        } else {
            table.talkers = subjects.first
        }
        arrange()
    }

    // MARK: Observation

    private mutating func toggleObservation() {
        if isObserving { askToStop() } else { askToObserve() }
    }

    private mutating func restartWindow() {
        guard isObserving, director.observation.last != nil else { return notice = "no packets are observed (o)" }
        director.restartWindow()
        notice = "findings are about packets from now on; Z: about all of them again"
    }

    private mutating func changeSpan() {
        guard isObserving else { return notice = "no packets are observed (o)" }
        let isMinute = director.observation.span == .lastMinute
        director.show(isMinute ? .sinceStart : .lastMinute)
        notice =
            isMinute
            ? "findings are about all packets since counting began" : "findings are about packets of the last minute"
    }

    /// Shows what observing adds to the kernel, and asks for confirmation.
    package mutating func askToObserve() {
        if isCapture {
            notice = "a capture has no packets: observe on a running kernel"
        } else if director.services.isEmpty {
            notice = "there is no service to observe; ct-inspect observe --vip ADDRESS observes any address"
        } else {
            overlay = .question(
                Question(
                    .observe, Self.question(director.services.count, startsTracking: setting.startsTracking)))
        }
    }

    /// The counts go with the table.
    private mutating func askToStop() {
        guard let last = director.observation.last else { return isObserving = false }
        let counts = "\(last.receivedPackets) packets, \(last.droppedPackets) dropped"
        overlay = .question(
            Question(
                .stop,
                [
                    "The table in nf_tables is removed, and with it what was counted since "
                        + "\(last.from.clockText(ahead: setting.clocksAhead).prefix(8)): \(counts)."
                ]))
    }

    /// Starts without asking, for users who requested it on the command line with `--once`.
    package mutating func observe() { isObserving = true }

    private static func question(_ services: Int, startsTracking: Bool) -> [String] {
        [
            "This adds a table to nf_tables, ct-inspect-PID-…, which counts the packets of \(Figures.number(services, "service")) "
                + "by class and ctstate at each hook, before its rules and behind them.",
            "It never accepts, drops or changes a packet. It costs each packet about a microsecond.",
            "Up to 10 packets per second are traced, to name the rule that drops them; some are logged to this program.",
            "The table is removed when this program exits, even when killed.",
        ]
            + (startsTracking
                ? ["Where no rule matches on ctstate yet, it activates conntrack while observing (--start-tracking)."]
                : [])
    }
}
