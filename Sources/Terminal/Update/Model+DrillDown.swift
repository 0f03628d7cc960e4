import Addresses
import Conntrack
import Inspection

/// From a row to the flows or entries behind it, and back.
extension Model {
    /// Shows what is behind the selected row.
    mutating func drillDown() {
        switch tab {
        case .services:
            guard let line = services.selected else { return refuseGone() }
            guard let filter = line.filter else { return notice = "no filter selects the flows of no service" }
            go(to: .flows, filter)
        case .servers:
            guard let line = servers.selected else { return refuseGone() }
            go(to: .flows, line.filter)
        case .drops:
            guard let drop = drops.selected else { return refuseGone() }
            go(to: .flows, drop.filter)
            if tab == .flows { notice = "flows of which such a packet was sampled: others may have had some, too" }
        case .flows: drillIntoTalker(flows.talkers.rows)
        case .table: drillIntoTalker(table.talkers.rows)
        case .events: drillIntoEvent()
        case .findings, .health: break
        }
    }

    /// Nothing is behind a row that has gone, or where there are none.
    private mutating func refuseGone() {
        if listCount > 0 { notice = "it is gone: move to another row" }
    }

    private mutating func drillIntoTalker(_ rows: [TallyRow]) {
        guard rows.indices.contains(list.selected) else { return }
        guard let filter = rows[list.selected].filter else {
            return notice = "no filter selects these \(tab == .flows ? "flows" : "entries")"
        }
        let before = list.filter
        go(to: tab, before.isEmpty ? filter : "(\(before)) \(filter)")
    }

    private mutating func drillIntoEvent() {
        standAtEndOfStream()
        guard case .event(let event)? = events.lines(from: events.list.selected, most: 1).first,
            let tuple = Optional(event.subject.original), let source = tuple.source,
            let destination = tuple.destination
        else { return notice = "this line is about no entry" }
        events.pause()
        var words = ["protocol=\(tuple.protocol.rawValue)"]
        if let ports = tuple.ports {
            words += ["src=\(Endpoint(source, ports.source))", "dst=\(Endpoint(destination, ports.destination))"]
            let key = FlowKey(
                protocol: tuple.protocol, client: Endpoint(source, ports.source),
                server: Endpoint(destination, ports.destination))
            let isFlow = director.store.slot(of: key).flatMap { director.store[$0] } != nil
            return go(to: isFlow ? .flows : .table, words.joined(separator: " "))
        }
        words += ["src=\(source)", "dst=\(destination)"]
        go(to: .table, words.joined(separator: " "))
    }

    private mutating func go(to target: Tab, _ filter: String) {
        places.append(Place(tab: tab, before: target == .flows ? .flows(flows) : .table(table.choice)))
        if places.count > Self.mostPlaces { places.removeFirst() }
        if target == .flows { flows.begin() } else { table.begin() }
        turn(to: target)
        if let complaint = take(filter: filter) {
            _ = goBack()
            notice = complaint
        }
    }

    private static let mostPlaces = 20

    /// Back to where Enter was pressed, if it led here.
    ///
    /// - Returns: whether it did.
    mutating func goBack() -> Bool {
        guard let last = places.lastIndex(where: { $0.before.tab == tab }) else { return false }
        let place = places.remove(at: last)
        switch place.before {
        case .flows(let before): flows = before
        case .table(let before):
            table.restore(before)
            table.ask()
        }
        // What has come meanwhile.
        arrange()
        turn(to: place.tab)
        return true
    }
}
