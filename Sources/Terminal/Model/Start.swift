import Inspection

/// The initial state of a screen, as requested on the command line.
package struct Start: Equatable, Sendable {
    /// Nil for the first one.
    package var tab: Tab?
    /// The initial tab's filter, in the words of its filter line; empty for none.
    package var filter = ""
    /// The name of the column to sort by; nil for the default.
    package var sort: String?
    /// Whether to reverse the sort order.
    package var isReversed = false
    /// The columns to show; nil for all.
    package var columns: [String]?

    package init() {}
}

extension Model {
    /// Arranges the initial tab.
    ///
    /// - Returns: what is invalid; nil if nothing is.
    package mutating func begin(_ start: Start) -> String? {
        if let tab = start.tab { turn(to: tab) }
        // Columns filled by an observation can be selected before it starts.
        let known = tab.columnNames
        if let sort = start.sort {
            guard known.contains(sort) else { return complaint("--sort", sort, known) }
            // Not reversed because it is sorted by that column already.
            list.sort = nil
            list.sort(by: sort, beginsDescending: columns.first { $0.name == sort }?.beginsDescending ?? true)
            arrange()
        }
        if start.isReversed { reverse() }
        if let wanted = start.columns {
            if let stranger = wanted.first(where: { !known.contains($0) }) {
                return complaint("--columns", stranger, known)
            }
            list.hidden = Set(known).subtracting(wanted)
        }
        return start.filter.isEmpty ? nil : take(filter: start.filter).map { "--filter: \($0)" }
    }

    private func complaint(_ option: String, _ column: String, _ known: [String]) -> String {
        known.isEmpty
            ? "\(option): the tab \(tab.rawValue) has no columns"
            : "\(option): “\(column.safe)” is invalid for the tab \(tab.rawValue); expected \(known.joined(separator: ", "))"
    }
}
