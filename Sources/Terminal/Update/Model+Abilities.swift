/// What the tab has keys for: others are not offered, and say so.
extension Model {
    var canSort: Bool { !columns.isEmpty }

    var canFilter: Bool { vocabulary != nil }

    /// Rows that have more to show than their columns.
    var canDetail: Bool {
        switch tab {
        case .flows, .table: !showsTalkers
        case .services, .servers, .drops, .findings: true
        case .events, .health: false
        }
    }

    /// Rows that lead to flows or entries.
    var canDrillDown: Bool {
        switch tab {
        case .events: !isRecord
        case .services, .servers, .drops: true
        case .flows, .table: showsTalkers
        case .findings, .health: false
        }
    }

    /// Rows that the cursor can stay with to their end.
    var canFollow: Bool { (tab == .flows || tab == .table) && !showsTalkers }

    /// Why a key did nothing.
    func refusal(of key: Key) -> String {
        switch key {
        case .enter, .character("i"): "these rows have no details"
        case .character("F"): "only flows and entries can be followed"
        case .character("t"): "t counts rows in Flows and Table, and groups them by address in Servers"
        case .character("+"), .character("-"): "there is nothing to expand in this tab"
        case .character("J"), .character("K"): "no details are shown to scroll (i)"
        default: "\(key.name) is no key here; ? shows those that are"
        }
    }
}

extension Key {
    /// As the help calls it.
    var name: String {
        switch self {
        case .character(" "): "Space"
        case .character(let character): "“\(character)”"
        case .up: "Up"
        case .down: "Down"
        case .left: "Left"
        case .right: "Right"
        case .pageUp: "PgUp"
        case .pageDown: "PgDn"
        case .home: "Home"
        case .end: "End"
        case .enter: "Enter"
        case .escape: "Esc"
        case .tab: "Tab"
        case .backTab: "Shift-Tab"
        case .backspace: "Backspace"
        case .delete: "Del"
        case .function(let number): "F\(number)"
        case .control(let letter): "Ctrl-\(letter.uppercased())"
        }
    }
}
