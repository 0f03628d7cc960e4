import Conntrack
import Inspection
import Reports

/// The list in the middle of the screen. Only visible rows become text, so a million cost as much as ten.
extension Model {
    func listLines(_ layout: Layout) -> [Line] { listing(layout).lines }

    /// Where the columns are on the screen; empty if there are none.
    var columnSpans: [ColumnSpan] { listing(layout).columns }

    private func listing(_ layout: Layout) -> Listing {
        switch tab {
        case .services: serviceListing(layout)
        case .servers: serverListing(layout)
        case .flows: flowListing(layout)
        case .drops: dropListing(layout)
        case .table: entryListing(layout)
        case .events: Listing(lines: eventLines(layout))
        case .findings: Listing(lines: findingLines(layout))
        case .health: Listing(lines: shownHealthLines(layout))
        }
    }

    private struct Listing {
        var lines: [Line]
        var columns: [ColumnSpan] = []
        var widths: [String: Int] = [:]
    }

    /// What is on the screen now is as wide as this.
    mutating func keepWidths() {
        let widths = listing(layout).widths
        if !widths.isEmpty { list.keep(widths) }
    }

    private func serviceListing(_ layout: Layout) -> Listing {
        guard !services.lines.isEmpty else {
            return Listing(lines: emptyLines("IPVS has no services here.", layout))
        }
        let columns = serviceColumns
        let context = ServiceColumn.Context(glyphs: glyphs, names: names)
        return listing(services.lines.count, columns, layout) { position in
            columns.map { $0.cell(services.lines[position], context) }
        }
    }

    private func serverListing(_ layout: Layout) -> Listing {
        guard !servers.lines.isEmpty else {
            return Listing(lines: emptyLines("No service has real servers here.", layout))
        }
        let columns = serverColumns
        return listing(servers.lines.count, columns, layout) { position in
            columns.map { $0.cell(servers.lines[position], names) }
        }
    }

    private func dropListing(_ layout: Layout) -> Listing {
        guard !drops.rows.isEmpty else { return Listing(lines: emptyLines(whyNoDrops, layout)) }
        return listing(drops.rows.count, DropColumn.columns, layout) { position in
            DropColumn.columns.map { $0.cell(drops.rows[position], names) }
        }
    }

    private var whyNoDrops: String {
        if isRecord {
            return director.observation.recorded == nil
                ? "No packets were observed then (record --observe)." : "No loss was recorded in the minute before."
        }
        if isCapture { return "A capture has no packets: what is dropped shows on a running kernel." }
        guard isObserving else {
            return "Packets are not observed\(howToObserve.map { ": \($0)" } ?? " (--observe)")."
        }
        guard let window = director.observation.window else { return "Counting begins." }
        return "\(Figures.number(Int(clamping: window.receivedPackets), "packet")) came in "
            + "\(AgeText.of(UInt32(clamping: window.milliseconds / 1000))), and none was lost."
    }

    private func flowListing(_ layout: Layout) -> Listing {
        guard !flows.order.isEmpty else {
            return Listing(lines: emptyLines("IPVS has no connections here.", layout))
        }
        if flows.talkers.areShown { return talkerListing(flows.talkers, flowTalkerColumns, layout) }
        let context = FlowColumn.Context(store: director.store, second: second, names: names)
        let columns = flowColumns
        return listing(flows.order.count, columns, layout) { position in
            guard let row = director.store[flows.order[position]] else { return [] }
            return columns.map { $0.cell(row, context) }
        }
    }

    private func entryListing(_ layout: Layout) -> Listing {
        guard !table.order.isEmpty else {
            return Listing(lines: emptyLines("The conntrack table has no entries here.", layout))
        }
        if table.talkers.areShown { return talkerListing(table.talkers, entryTalkerColumns, layout) }
        let context = EntryColumn.Context(names: names, now: director.now, clocksAhead: setting.clocksAhead)
        let columns = entryColumns
        return listing(table.order.count, columns, layout) { position in
            guard let entry = table.entries.entry(Int(table.order[position])) else { return [] }
            return columns.map { $0.cell(entry, context) }
        }
    }

    /// Rows as cells, laid out for what is visible.
    private func listing<Row, Context>(
        _ count: Int, _ columns: [Column<Row, Context>], _ layout: Layout, _ cells: (Int) -> [Cell]
    ) -> Listing {
        let list = list
        let shown = list.top..<min(count, list.top + layout.page)
        let rows = shown.map(cells)
        let table = ColumnLayout(columns, list, cells: rows, width: width)
        let lines = zip(shown, rows).map { position, cells in
            let line = table.line(cells)
            return position == list.cursor ? line.selected(to: width) : line
        }
        return Listing(
            lines: [table.titles(sortedBy: list.sort, isDescending: list.isDescending, glyphs)] + lines,
            columns: table.spans, widths: table.widthsByName)
    }

    private func talkerListing<Tally>(
        _ talkers: Talkers<Tally>, _ columns: [Column<TallyRow, TalkerColumn.Context>], _ layout: Layout
    ) -> Listing {
        let measure = list.sort.flatMap(TalkerColumn.init)?.measure ?? .count
        let context = TalkerColumn.Context(
            total: talkers.total, span: talkers.span, measure: measure, glyphs: glyphs)
        return listing(talkers.rows.count, columns, layout) { position in
            columns.map { $0.cell(talkers.rows[position], context) }
        }
    }

    private func eventLines(_ layout: Layout) -> [Line] {
        let count = events.count
        guard count > 0 else {
            return emptyLines(isCapture ? "A capture is of one moment: it has no events." : "No events yet.", layout)
        }
        let (top, lines) = shownEvents(layout)
        return lines.enumerated().map { position, event in
            let line = EventLine.line(event, names, clocksAhead: setting.clocksAhead)
                .from(column: events.list.sideways * Self.sidewaysStep)
            // While lines arrive, the cursor is on the last one.
            return events.isPaused && position + top == events.list.cursor ? line.selected(to: width) : line
        }
    }

    /// The lines on the screen. Not scrolled back, the newest are at the bottom; the first may be a negative number then.
    func shownEvents(_ layout: Layout) -> (top: Int, lines: [EventsPane.Line]) {
        let count = events.count
        let top = events.isPaused ? min(events.list.top, count - 1) : count - layout.page
        return (top, events.lines(from: max(0, top), most: layout.page))
    }

    /// Why the list is empty.
    private func emptyLines(_ text: String, _ layout: Layout) -> [Line] {
        let why: String
        if director.reading.trouble != nil {
            why = "Nothing could be read; retrying."
        } else if tab.needsIPVS, let absence = director.absence {
            why = "No IPVS here: \(absence)"
        } else if isRecord, tab == .table {
            why = "A record has flows, and no other entries of the table."
        } else if tab == .table, !table.isRead {
            why = isFrozen ? "Not read while the screen is frozen." : "Reading…"
        } else if director.reading.finished == nil, isLive, tab != .events {
            why = "Reading…"
        } else if isArranging {
            why = "Sorting…"
        } else if !list.filter.isEmpty {
            why = "Nothing matches the filter \(list.filter)\(setting.isPrinted ? "" : " (Esc clears it)")."
        } else {
            why = text
        }
        return [Line()] + why.wrapped(to: width).map { Line([Run($0, .dim)]) }
    }
}

extension Line {
    /// The same as the row that is selected, to the edge.
    func selected(to width: Int) -> Line { Line([Run(text.fitted(to: width), .selected)]) }
}
