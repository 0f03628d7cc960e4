import Conntrack
import Inspection

/// The conntrack table as last read, and which of its entries are shown in which order.
struct TablePane: Sendable {
    private(set) var entries = EntryList()
    /// What the running reading has found.
    private var next = EntryList()
    var list = ListState()
    private(set) var order: [UInt32] = []
    var filter = EntryFilter()
    /// Texts that a row must or must not contain.
    var texts: [(text: String, isNegated: Bool)] = []
    var isDetailed = false
    /// What to count entries by, to show what fills the table; nil to show the entries.
    var talkers: EntryTally.Subject?
    private(set) var tally: EntryTally?
    /// The most frequent values.
    private(set) var talkerRows: [EntryTally.Row] = []
    /// Whether the table has been read since it was viewed.
    private(set) var isRead = false

    /// Whether the running reading stores entries, and with which filter.
    private var isReading = false
    private var heldFilter = EntryFilter()
    private var nextFilter = EntryFilter()

    /// Starts from scratch for the running reading.
    ///
    /// - Parameter isShown: whether the table is viewed. If not, nothing is stored.
    mutating func begin(isShown: Bool) {
        isReading = isShown
        if !isShown { (entries, order, isRead) = (EntryList(), [], false) }
        nextFilter = filter
        next = EntryList(reserving: entries.count)
    }

    mutating func take(_ entry: Entry) { if isReading { next.take(entry, isWanted: nextFilter.matches(entry)) } }

    /// - Returns: whether there are new rows.
    mutating func end(isWhole: Bool) -> Bool {
        guard isReading else { return false }
        next.isWhole = isWhole
        (entries, heldFilter, isReading) = (next, nextFilter, false)
        isRead = true
        next = EntryList()
        return true
    }

    var selectedEntry: Entry? {
        order.indices.contains(list.selected) ? entries.entry(Int(order[list.selected])) : nil
    }

    private var selectedIdentity: EntryIdentity? {
        order.indices.contains(list.selected) ? entries.identity(Int(order[list.selected])) : nil
    }

    /// - Parameter identity: the entry that was selected before the entries were replaced.
    mutating func arrange(page: Int, selecting identity: EntryIdentity? = nil) {
        let isFilterNew = filter != heldFilter
        let all = 0..<UInt32(entries.count)
        order = isFilterNew || !texts.isEmpty ? all.filter { isWanted($0, isFilterNew) } : Array(all)
        if let sort = list.sort, let column = EntryColumn(rawValue: sort) {
            order.sort(isDescending: list.isDescending) { position in
                entries.row(Int(position)).map { column.sortKey($0, entries.entry(Int(position))) } ?? SortKey(.max)
            }
        }
        countTalkers()
        var position = list.selected
        if list.follows, let identity, let found = entries.position(of: identity),
            let place = order.firstIndex(of: UInt32(found))
        {
            position = place
        }
        list.select(position, of: shownCount, page: page)
    }

    /// The selected entry that must be found again after a reading.
    var followed: EntryIdentity? { list.follows ? selectedIdentity : nil }

    var shownCount: Int { talkers == nil ? order.count : min(tally?.values ?? 0, Self.mostTalkers) }

    static let mostTalkers = 1000

    private mutating func countTalkers() {
        guard let talkers else {
            tally = nil
            return
        }
        var fresh = EntryTally(by: talkers)
        for position in order { if let entry = entries.entry(Int(position)) { fresh.count(entry) } }
        tally = fresh
        talkerRows = fresh.top(Self.mostTalkers)
    }

    /// The filter may have changed since the reading.
    private func isWanted(_ position: UInt32, _ isFilterNew: Bool) -> Bool {
        guard let entry = entries.entry(Int(position)), !isFilterNew || filter.matches(entry) else { return false }
        let cells = EntryColumn.allCases.lazy.map { $0.text(of: entry).lowercased() }
        return texts.allSatisfy { wanted in cells.contains { $0.contains(wanted.text) } != wanted.isNegated }
    }
}
