import Conntrack

/// How a user has arranged the screen: what `w` writes. A file may have less; what it lacks stays as it is.
package struct WatchSettings: Equatable, Sendable {
    package var interval: Duration?
    /// Whether names are wanted.
    package var names: Bool?
    package var tabs: [Tab: List] = [:]

    /// How a tab's list is arranged.
    package struct List: Equatable, Sendable {
        /// The name of a column.
        package var sort: String?
        package var isDescending: Bool?
        /// The columns to show.
        package var columns: [String]?
        /// In the words of the filter line.
        package var filter: String?

        package init() {}
    }

    package init() {}
}

extension Model {
    /// How the screen is arranged now.
    package var settings: WatchSettings {
        var settings = WatchSettings()
        (settings.interval, settings.names) = (interval, names.areWanted)
        for tab in Tab.allCases {
            let list = rowList(of: tab)
            var saved = WatchSettings.List()
            if !tab.columnNames.isEmpty {
                saved.sort = list.sort
                saved.isDescending = list.isDescending
                saved.columns = tab.columnNames.filter { !list.hidden.contains($0) }
            }
            // A record's events have other words.
            if tab.vocabulary() != nil, !(isRecord && tab == .events) { saved.filter = list.filter }
            if saved != WatchSettings.List() { settings.tabs[tab] = saved }
        }
        return settings
    }

    /// As it is when rows are shown, and before Enter led to others.
    private func rowList(of tab: Tab) -> ListState {
        switch (tab, places.first { $0.before.tab == tab }?.before) {
        case (_, .flows(let flows)): return flows.talkers.rowList(flows.list)
        case (_, .table(let choice)): return choice.rowList
        case (.flows, nil): return flows.talkers.rowList(flows.list)
        case (.table, nil): return table.choice.rowList
        default:
            var model = self
            model.tab = tab
            return model.list
        }
    }

    /// Arranges the tabs.
    ///
    /// - Returns: what is invalid, and was left as it is.
    package mutating func apply(_ settings: WatchSettings) -> [String] {
        if let interval = settings.interval { self.interval = interval }
        if let areWanted = settings.names { names.areWanted = areWanted }
        let shown = tab
        defer { tab = shown }
        var complaints: [String] = []
        for tab in Tab.allCases {
            guard let saved = settings.tabs[tab] else { continue }
            self.tab = tab
            complaints += apply(saved)
        }
        return complaints
    }

    private mutating func apply(_ saved: WatchSettings.List) -> [String] {
        let known = tab.columnNames
        var complaints: [String] = []
        func complain(_ member: String, _ column: String) {
            let expected = known.isEmpty ? "this tab has no columns" : "expected \(known.joined(separator: ", "))"
            complaints.append("tabs.\(tab.rawValue).\(member): “\(column.safe)” is no column; \(expected)")
        }
        if let sort = saved.sort {
            if known.contains(sort) { list.sort = sort } else { complain("sort", sort) }
        }
        if let isDescending = saved.isDescending { list.isDescending = isDescending }
        if let columns = saved.columns {
            if let stranger = columns.first(where: { !known.contains($0) }) {
                complain("columns", stranger)
            } else if columns.isEmpty {
                complaints.append("tabs.\(tab.rawValue).columns: at least one is needed")
            } else {
                list.hidden = Set(known).subtracting(columns)
            }
        }
        if let filter = saved.filter {
            let complaint = canFilter ? take(filter: filter) : "this tab has nothing to filter"
            if let complaint { complaints.append("tabs.\(tab.rawValue).filter: \(complaint)") }
        }
        return complaints
    }
}
