import Inspection

/// How a screen begins, as the command line asks for it.
package struct Start: Equatable, Sendable {
    /// Nil for the first one.
    package var tab: Tab?
    /// The first tab's filter, in the words of its filter line; empty for none.
    package var filter = ""
    /// The name of the column to sort by; nil for the usual one.
    package var sort: String?
    /// Whether to sort the other way round.
    package var isReversed = false
    /// The columns to show; nil for all.
    package var columns: [String]?

    /// As without any option.
    package init() {}
}

extension Model {
    /// Arranges the first tab.
    ///
    /// - Returns: what of it cannot be had; nil when all is well.
    package mutating func begin(_ start: Start) -> String? {
        if let tab = start.tab { turn(to: tab) }
        // Those that an observation fills can be asked for before it begins.
        let known = tab.columnNames
        if let sort = start.sort {
            guard known.contains(sort) else { return complaint("--sort", sort, known) }
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
            : "\(option): the tab \(tab.rawValue) has no column \(column.safe), but \(known.joined(separator: ", "))"
    }
}
